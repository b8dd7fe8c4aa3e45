"""Excludes or reinstates a single vote without changing the annotator's other votes."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.annotators.audit import EXCLUDABLE, Changed, Decision, add_audit_event, change_votes
from app.annotators.service import lock_annotator, refuse_without_people
from app.errors import Conflict, NotFound
from app.panels.sides import matchup_sides
from app.panels.vote_status import VoteWithStatus, votes_with_status
from app.tables.bench import Pair
from app.tables.people import Annotator
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment
from benchmark.protocol import AssignmentPurpose, VoteStatus


@dataclass(frozen=True)
class VotePlace:
    """The matchup and the pair of an annotator's vote, with the same names as in the votes table."""

    matchup: str
    pair: str


def exclude_vote(
    session: Session, *, study: Study, annotator: Annotator, place: VotePlace, decision: Decision
) -> Changed:
    """Exclude one vote. Excluding the vote again changes nothing.

    Raises:
        NotFound: the annotator has no vote on that pair in that matchup.
        Conflict: the vote does not count, or the annotator left the study.
    """
    study = lock_annotator(session, study, annotator)
    voted = _last_vote(session, study=study, annotator=annotator, place=place)
    if voted.status is VoteStatus.EXCLUDED:
        return Changed()
    refuse_without_people(study)
    if voted.status not in EXCLUDABLE:
        raise Conflict(
            f"This vote is {voted.status}. Only a vote that counts can be excluded.", code="vote_not_counted"
        )
    changed = change_votes(session, [voted], study=study, to=VoteStatus.EXCLUDED, decision=decision)
    _add_audit_event(session, "vote.exclude", study, annotator, place, decision)
    return changed


def reinstate_vote(
    session: Session, *, study: Study, annotator: Annotator, place: VotePlace, decision: Decision
) -> Changed:
    """Reinstate one excluded vote.

    The vote becomes surplus and does not count if the comparison already has enough votes.

    Raises:
        NotFound: the annotator has no vote on that pair in that matchup.
        Conflict: the annotator is excluded, or left the study.
    """
    study = lock_annotator(session, study, annotator)
    if annotator.excluded_at is not None:
        raise Conflict(
            "This annotator is excluded. Reinstate the annotator first.", code="annotator_excluded"
        )
    voted = _last_vote(session, study=study, annotator=annotator, place=place)
    if voted.status is not VoteStatus.EXCLUDED:
        return Changed()
    changed = change_votes(session, [voted], study=study, to=VoteStatus.VALID, decision=decision)
    _add_audit_event(session, "vote.reinstate", study, annotator, place, decision)
    return changed


def _last_vote(session: Session, *, study: Study, annotator: Annotator, place: VotePlace) -> VoteWithStatus:
    """Return the annotator's last vote on a comparison; all earlier votes on the comparison were undone."""
    matchup_id = next((each.id for each in matchup_sides(session, study) if each.name == place.matchup), None)
    # A repeat is a comparison that is shown a second time. Votes on repeats count in no score.
    assignments = set(
        session.scalars(
            select(Assignment.id)
            .join(Comparison, Comparison.id == Assignment.comparison_id)
            .join(Pair, Pair.id == Comparison.pair_id)
            .where(
                Comparison.matchup_id == matchup_id,
                Pair.name == place.pair,
                Assignment.annotator_id == annotator.id,
                Assignment.purpose == AssignmentPurpose.VOTE,
            )
        )
    )
    found = [
        each
        for each in votes_with_status(session, annotator_id=annotator.id)
        if each.vote.assignment_id in assignments
    ]
    if not found:
        raise NotFound("The annotator has no vote on that pair in that matchup.", code="unknown_vote")
    return found[-1]


def _add_audit_event(
    session: Session, action: str, study: Study, annotator: Annotator, place: VotePlace, decision: Decision
) -> None:
    add_audit_event(
        session,
        action,
        study=study,
        decision=decision,
        annotator=annotator.pseudonym,
        matchup=place.matchup,
        pair=place.pair,
    )
