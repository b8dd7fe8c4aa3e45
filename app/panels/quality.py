"""Checks annotators against the study's quality rules, which the owner wrote before the study opened.

A check without enough answers counts as unknown, never as failed.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.panels.cancellation import cancel_assignments
from app.panels.phases import end_phase
from app.panels.vote_status import change_statuses, votes_with_status
from app.tables.audit import AuditEvent
from app.tables.people import Annotator
from app.tables.studies import Study
from app.tables.voting import Assignment, AssignmentStatus, Vote
from benchmark.protocol import AssignmentPurpose, Outcome, Phase, RuleAction, Side, VoteStatus
from benchmark.wire.rules import Rules

ACTOR = "rules"


@dataclass
class QualityFigures:
    """The counts of one annotator's answers. `times_ms` has the known durations of ordinary votes, in ms."""

    votes: int = 0
    left: int = 0
    gold: int = 0
    gold_right: int = 0
    repeats: int = 0
    repeats_same: int = 0
    times_ms: list[int] = field(default_factory=list)

    @property
    def median_s(self) -> float | None:
        return median(self.times_ms) / 1000 if self.times_ms else None


@dataclass(frozen=True)
class FailedRule:
    """A rule that an annotator failed, with a sentence for the study's owner."""

    name: str
    action: RuleAction
    sentence: str


def study_rules(study: Study) -> Rules | None:
    return Rules.model_validate(study.rules) if study.rules is not None else None


def study_figures(session: Session, study: Study) -> dict[int, QualityFigures]:
    """Return the figures of each annotator who has voted in the study, keyed by annotator id."""
    return _figures(session, Vote.study_id == study.id)


def failed_rules(rules: Rules, figures: QualityFigures) -> list[FailedRule]:
    """Return the rules that an annotator failed; rules with the strictest action come first."""
    order = (RuleAction.EXCLUDE, RuleAction.STOP, RuleAction.FLAG)
    return sorted(_failed(rules, figures), key=lambda each: order.index(each.action))


def end_if_failed(session: Session, *, study: Study, annotator: Annotator, now: datetime) -> bool:
    """End the study for an annotator who failed a rule with the action `stop` or `exclude`.

    Return whether the study ended. The study must be locked.
    """
    rules = study_rules(study)
    if rules is None:
        return False
    figures = _figures(session, Vote.annotator_id == annotator.id).get(annotator.id)
    failed = failed_rules(rules, figures) if figures else []
    if not failed or failed[0].action is RuleAction.FLAG:
        return False
    end_phase(
        session,
        study=study,
        annotator_id=annotator.id,
        phase=Phase.VOTING,
        answers={"rule": failed[0].name},
        outcome=Outcome.QUALITY_FAILED,
        now=now,
    )
    if failed[0].action is RuleAction.EXCLUDE:
        _exclude(session, study=study, annotator=annotator, reason=failed[0].sentence, now=now)
    return True


def _exclude(session: Session, *, study: Study, annotator: Annotator, reason: str, now: datetime) -> None:
    """Exclude the annotator's votes and release the votes' slots; a person can reinstate the votes."""
    cancel_assignments(session, annotator_id=annotator.id, study=study, now=now)
    counting = [
        each
        for each in votes_with_status(session, annotator_id=annotator.id)
        if each.status in (VoteStatus.VALID, VoteStatus.SURPLUS)
    ]
    changed = change_statuses(
        session, counting, study=study, status=VoteStatus.EXCLUDED, reason=reason, actor=ACTOR, now=now
    )
    annotator.excluded_at, annotator.excluded_reason = now, reason
    details = {"annotator": annotator.pseudonym, "votes": changed[VoteStatus.EXCLUDED], "reason": reason}
    session.add(
        AuditEvent(at=now, actor=ACTOR, action="annotator.exclude", subject=study.slug, details=details)
    )
    session.flush()


def _failed(rules: Rules, figures: QualityFigures) -> Iterator[FailedRule]:
    gold, same, speed, side = rules.gold, rules.consistency, rules.speed, rules.side
    if gold and figures.gold >= gold.after and figures.gold_right < gold.minimum * figures.gold:
        sentence = f"{figures.gold_right} of {figures.gold} answers to gold questions are right"
        yield FailedRule("gold", gold.action, sentence)
    if same and figures.repeats >= same.after and figures.repeats_same < same.minimum * figures.repeats:
        sentence = f"{figures.repeats_same} of {figures.repeats} repeats have the same answer as before"
        yield FailedRule("consistency", same.action, sentence)
    time_s = figures.median_s
    if speed and time_s is not None and len(figures.times_ms) >= speed.after and time_s < speed.minimum_s:
        yield FailedRule("speed", speed.action, f"the median time of a vote is {time_s:.1f} s")
    most = max(figures.left, figures.votes - figures.left)
    if side and figures.votes >= side.after and most > side.maximum * figures.votes:
        letter = "A" if figures.left == most else "B"
        yield FailedRule("side", side.action, f"{most} of {figures.votes} votes are for side {letter}")


def _figures(session: Session, which: ColumnElement[bool]) -> dict[int, QualityFigures]:
    rows = session.execute(
        select(
            Vote.annotator_id,
            Vote.comparison_id,
            Vote.chosen_side,
            Vote.decision_ms,
            Assignment.purpose,
            Assignment.left_side,
        )
        .join(Assignment, Assignment.id == Vote.assignment_id)
        .where(which, Assignment.status == AssignmentStatus.VOTED)
        .order_by(Vote.id)
    )
    found: dict[int, QualityFigures] = defaultdict(QualityFigures)
    first: dict[tuple[int, int], Side] = {}
    for row in rows:
        figures = found[row.annotator_id]
        shown = (row.annotator_id, row.comparison_id)
        if row.purpose is AssignmentPurpose.GOLD:
            figures.gold += 1
            figures.gold_right += row.chosen_side is Side.REFERENCE
        elif row.purpose is AssignmentPurpose.REPEAT and shown in first:
            figures.repeats += 1
            figures.repeats_same += row.chosen_side is first[shown]
        elif row.purpose is AssignmentPurpose.VOTE:
            first[shown] = row.chosen_side
            figures.votes += 1
            figures.left += row.chosen_side is row.left_side
            figures.times_ms += [] if row.decision_ms is None else [row.decision_ms]
    return dict(found)
