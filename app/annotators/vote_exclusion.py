"""Takes one vote out of the results and back in; its annotator's other votes stay as they are."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.annotators.audit import EXCLUDABLE, Changed, Decision, change, note
from app.annotators.service import lock_annotator, refuse_imported
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
    """Where an annotator's vote stands, in the names of the votes table: they vote once on a comparison."""

    matchup: str
    pair: str


def exclude_vote(
    session: Session, *, study: Study, annotator: Annotator, place: VotePlace, decision: Decision
) -> Changed:
    """Take one vote out of the results; a second time changes nothing.

    Raises:
        NotFound: the annotator has no vote there.
        Conflict: the vote counts for nothing anyway, or the annotator left.
    """
    study = lock_annotator(session, study, annotator)
    standing = _standing(session, study=study, annotator=annotator, place=place)
    if standing.status is VoteStatus.EXCLUDED:
        return Changed()
    refuse_imported(study)
    if standing.status not in EXCLUDABLE:
        raise Conflict(
            f"This vote is {standing.status}; only one that counts can be excluded.", code="vote_not_counted"
        )
    changed = change(session, [standing], study=study, to=VoteStatus.EXCLUDED, decision=decision)
    _note(session, "vote.exclude", study, annotator, place, decision)
    return changed


def reinstate_vote(
    session: Session, *, study: Study, annotator: Annotator, place: VotePlace, decision: Decision
) -> Changed:
    """Count one excluded vote again, or as surplus where the panel filled meanwhile.

    Raises:
        NotFound: the annotator has no vote there.
        Conflict: the annotator is excluded as a whole, or left.
    """
    study = lock_annotator(session, study, annotator)
    if annotator.excluded_at is not None:
        raise Conflict("This annotator is excluded; reinstate them first.", code="annotator_excluded")
    standing = _standing(session, study=study, annotator=annotator, place=place)
    if standing.status is not VoteStatus.EXCLUDED:
        return Changed()
    changed = change(session, [standing], study=study, to=VoteStatus.VALID, decision=decision)
    _note(session, "vote.reinstate", study, annotator, place, decision)
    return changed


def _standing(session: Session, *, study: Study, annotator: Annotator, place: VotePlace) -> VoteWithStatus:
    """Return the annotator's last vote on a comparison; those before it were taken back."""
    matchup_id = next((each.id for each in matchup_sides(session, study) if each.name == place.matchup), None)
    # A repeat shows the comparison once more; its vote counts in no score.
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


def _note(
    session: Session, action: str, study: Study, annotator: Annotator, place: VotePlace, decision: Decision
) -> None:
    note(
        session,
        action,
        study=study,
        decision=decision,
        annotator=annotator.pseudonym,
        matchup=place.matchup,
        pair=place.pair,
    )
