"""A study's annotators over REST, for those who run it: figures, exclusions, reinstatements."""

from fastapi import Request
from sqlalchemy.orm import Session

from app.annotators import service, vote_exclusion
from app.annotators.audit import Changed, Decision
from app.annotators.queries import AnnotatorReport, annotator_reports
from app.annotators.service import find_annotator
from app.annotators.vote_exclusion import VotePlace
from app.api.v1.json_router import api_router
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.errors import Invalid
from app.security.path_params import PseudonymPath, SlugPath
from app.security.visibility import find_study
from app.tables.people import Annotator
from app.tables.studies import Study
from benchmark.protocol import Role
from benchmark.wire.annotators import AnnotatorResponse, ChangeResponse, DecisionRequest

router = api_router("annotators")


@router.get("/studies/{slug}/annotators")
def list_annotators(slug: SlugPath, request: Request) -> list[AnnotatorResponse]:
    """Return everybody who opened an invitation, with what their votes count as and what was noticed."""
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        study = find_study(session, slug=slug, principal=principal, for_change=True)
        return annotator_answers(session, study)


@router.post("/studies/{slug}/annotators/{annotator}/exclude")
def exclude(
    slug: SlugPath, annotator: PseudonymPath, body: DecisionRequest, request: Request
) -> ChangeResponse:
    """Take an annotator's votes, or the one on a certain comparison, out of the results."""
    now = utc_now()
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=now)
        study = find_study(session, slug=slug, principal=principal, for_change=True)
        decision = Decision.of(body.reason, principal=principal, now=now)
        person = find_annotator(session, study=study, pseudonym=annotator)
        return changed_answer(exclude_as_asked(session, study, person, body, decision))


@router.post("/studies/{slug}/annotators/{annotator}/reinstate")
def reinstate(
    slug: SlugPath, annotator: PseudonymPath, body: DecisionRequest, request: Request
) -> ChangeResponse:
    """Count what was excluded again; where others filled the panel meanwhile, as surplus."""
    now = utc_now()
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=now)
        study = find_study(session, slug=slug, principal=principal, for_change=True)
        decision = Decision.of(body.reason, principal=principal, now=now)
        person = find_annotator(session, study=study, pseudonym=annotator)
        return changed_answer(reinstate_as_asked(session, study, person, body, decision))


def annotator_answers(session: Session, study: Study) -> list[AnnotatorResponse]:
    return [_answer(report) for report in annotator_reports(session, study)]


def exclude_as_asked(
    session: Session, study: Study, annotator: Annotator, body: DecisionRequest, decision: Decision
) -> Changed:
    place = _place(body)
    if place is None:
        return service.exclude_annotator(session, study=study, annotator=annotator, decision=decision)
    return vote_exclusion.exclude_vote(
        session, study=study, annotator=annotator, place=place, decision=decision
    )


def reinstate_as_asked(
    session: Session, study: Study, annotator: Annotator, body: DecisionRequest, decision: Decision
) -> Changed:
    place = _place(body)
    if place is None:
        return service.reinstate_annotator(session, study=study, annotator=annotator, decision=decision)
    return vote_exclusion.reinstate_vote(
        session, study=study, annotator=annotator, place=place, decision=decision
    )


def changed_answer(changed: Changed) -> ChangeResponse:
    return ChangeResponse.model_validate(changed)


def _place(body: DecisionRequest) -> VotePlace | None:
    if body.matchup is None and body.pair is None:
        return None
    if body.matchup is None or body.pair is None:
        raise Invalid("A single vote is named by its matchup and its pair, both.", code="invalid")
    return VotePlace(body.matchup, body.pair)


def _answer(report: AnnotatorReport) -> AnnotatorResponse:
    row = report.quality
    figures = {name: getattr(row, name) for name in AnnotatorResponse.model_fields if hasattr(row, name)}
    return AnnotatorResponse(
        **figures | {"annotator": report.name},
        valid=report.valid,
        excluded=report.excluded,
        other=report.other,
        clip_ms=report.clip_ms,
        excluded_at=report.excluded_at,
        excluded_reason=report.excluded_reason,
        left_at=report.left_at,
    )
