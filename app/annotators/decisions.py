"""Excludes or reinstates an annotator, or one of the annotator's votes."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.annotators import service, vote_exclusion
from app.annotators.audit import Decision
from app.annotators.vote_exclusion import VotePlace
from app.errors import Invalid
from app.security.identity import Principal
from app.tables.studies import Study
from benchmark.wire.annotators import ChangeResponse, DecisionRequest


def exclude(
    session: Session,
    *,
    study: Study,
    pseudonym: str,
    request: DecisionRequest,
    principal: Principal,
    now: datetime,
) -> ChangeResponse:
    """Exclude all votes of an annotator from the results, or only the vote on one comparison."""
    decision = Decision.of(request.reason, principal=principal, now=now)
    annotator = service.find_annotator(session, study=study, pseudonym=pseudonym)
    place = _place(request)
    if place is None:
        changed = service.exclude_annotator(session, study=study, annotator=annotator, decision=decision)
    else:
        changed = vote_exclusion.exclude_vote(
            session, study=study, annotator=annotator, place=place, decision=decision
        )
    return ChangeResponse.model_validate(changed)


def reinstate(
    session: Session,
    *,
    study: Study,
    pseudonym: str,
    request: DecisionRequest,
    principal: Principal,
    now: datetime,
) -> ChangeResponse:
    """Reinstate an annotator's excluded votes.

    A vote becomes surplus and does not count if the comparison got enough other votes in the meantime.
    """
    decision = Decision.of(request.reason, principal=principal, now=now)
    annotator = service.find_annotator(session, study=study, pseudonym=pseudonym)
    place = _place(request)
    if place is None:
        changed = service.reinstate_annotator(session, study=study, annotator=annotator, decision=decision)
    else:
        changed = vote_exclusion.reinstate_vote(
            session, study=study, annotator=annotator, place=place, decision=decision
        )
    return ChangeResponse.model_validate(changed)


def _place(request: DecisionRequest) -> VotePlace | None:
    if request.matchup is None and request.pair is None:
        return None
    if request.matchup is None or request.pair is None:
        raise Invalid("Name both the matchup and the pair of a vote.", code="invalid")
    return VotePlace(request.matchup, request.pair)
