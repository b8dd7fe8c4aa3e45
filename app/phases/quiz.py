"""The quiz before the voting shows comparisons with a known answer, and explains each answer.

The state of a quiz follows from the annotator's quiz assignments and the votes on these assignments; nothing
else is stored until the quiz ends. Every attempt asks questions that the annotator has not seen.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.panels.phases import QUIZ_POSITION, end_phase, protocol_version
from app.panels.selection import MET
from app.security.tokens import new_token
from app.tables.bench import Pair
from app.tables.gold_clips import GoldClip
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Clip
from app.tables.voting import Assignment, AssignmentStatus, Vote, status_is
from app.voting.expired_leases import expire_leases
from benchmark.design import is_reference_left, shuffle_key
from benchmark.protocol import AssignmentPurpose, Choice, Outcome, Phase, Side
from benchmark.wire.phases import QuizPhase


@dataclass(frozen=True)
class QuizState:
    """The quiz answers of an annotator so far, in order; each answer is True if it was right."""

    quiz: QuizPhase
    answers: tuple[bool, ...]

    @property
    def attempt(self) -> int:
        """Return the number of the current attempt, from 1."""
        return len(self.answers) // self.quiz.questions + 1

    @property
    def question(self) -> int:
        """Return the number of the next question within the current attempt, from 1."""
        return len(self.answers) % self.quiz.questions + 1

    @property
    def last_attempt_right(self) -> int | None:
        """Return the number of right answers in the attempt that just ended; None during an attempt."""
        if not self.answers or len(self.answers) % self.quiz.questions:
            return None
        return sum(self.answers[-self.quiz.questions :])

    @property
    def is_passed(self) -> bool:
        right = self.last_attempt_right
        return right is not None and right >= self.quiz.pass_mark

    @property
    def is_failed(self) -> bool:
        ended = self.last_attempt_right is not None and self.attempt > self.quiz.attempts
        return ended and not self.is_passed


@dataclass(frozen=True)
class AnsweredQuestion:
    """A quiz question with its answer. `against` names the model that made the wrong clip."""

    assignment: Assignment
    chosen: Choice
    right: Choice
    against: str

    @property
    def is_right(self) -> bool:
        return self.chosen is self.right


def quiz_state(session: Session, *, annotator_id: int, quiz: QuizPhase) -> QuizState:
    sides = session.scalars(
        select(Vote.chosen_side)
        .join(Assignment, Assignment.id == Vote.assignment_id)
        .where(
            Assignment.annotator_id == annotator_id,
            Assignment.purpose == AssignmentPurpose.QUIZ,
            Assignment.status == AssignmentStatus.VOTED,
        )
        .order_by(Vote.id)
    )
    return QuizState(quiz, tuple(side is Side.REFERENCE for side in sides))


def settle_quiz(session: Session, *, study: Study, annotator_id: int, quiz: QuizPhase, now: datetime) -> None:
    """End the quiz phase if the annotator's answers pass the quiz, or if no attempt is left."""
    state = quiz_state(session, annotator_id=annotator_id, quiz=quiz)
    if not state.is_passed and not state.is_failed:
        return
    end_phase(
        session,
        study=study,
        annotator_id=annotator_id,
        phase=Phase.QUIZ,
        answers={"right": [int(each) for each in state.answers]},
        outcome=None if state.is_passed else Outcome.SCREENED_OUT,
        now=now,
    )


def next_question(session: Session, *, study: Study, annotator_id: int, now: datetime) -> Assignment:
    """Return the annotator's open quiz question, or lease the next question. The study must be locked.

    Raises:
        NotFound: the study has no gold comparison left.
    """
    expire_leases(session, study=study, now=now)
    held = session.scalar(
        select(Assignment).where(
            Assignment.annotator_id == annotator_id,
            Assignment.purpose == AssignmentPurpose.QUIZ,
            status_is(AssignmentStatus.OPEN),
        )
    )
    if held is not None:
        return held
    met = select(Assignment.comparison_id).where(Assignment.annotator_id == annotator_id, status_is(*MET))
    unmet = session.scalars(
        select(Comparison)
        .join(Matchup, Matchup.id == Comparison.matchup_id)
        .where(
            Comparison.study_id == study.id,
            Comparison.is_gold.is_(True),
            Matchup.closed_at.is_(None),
            Comparison.id.not_in(met),
        )
    ).all()
    if not unmet:
        raise NotFound("This study has no question left for the practice. Please tell the people who run it.")
    comparison = min(unmet, key=lambda each: shuffle_key(study.seed, annotator_id, each.id))
    is_left = is_reference_left(study.seed, annotator_id, comparison.id)
    return _lease_question(
        session,
        study=study,
        comparison=comparison,
        annotator_id=annotator_id,
        left_side=Side.REFERENCE if is_left else Side.OTHER,
        now=now,
    )


def answered_question(session: Session, assignment: Assignment) -> AnsweredQuestion | None:
    """Return the answer to a quiz question; None if the assignment is not an answered quiz question."""
    if assignment.purpose is not AssignmentPurpose.QUIZ or assignment.status is not AssignmentStatus.VOTED:
        return None
    vote = session.execute(select(Vote).where(Vote.assignment_id == assignment.id)).scalar_one()
    return AnsweredQuestion(
        assignment,
        chosen=assignment.choice_of(vote.chosen_side),
        right=assignment.choice_of(Side.REFERENCE),
        against=_wrong_clip(session, assignment),
    )


def _wrong_clip(session: Session, assignment: Assignment) -> str:
    """Return the model of the wrong clip, or the kind of a wrong clip that the owner made (`GoldKind`)."""
    made = session.scalar(
        select(GoldClip.kind)
        .join(Clip, Clip.id == GoldClip.clip_id)
        .join(Matchup, Matchup.other_id == Clip.submission_id)
        .join(Comparison, (Comparison.matchup_id == Matchup.id) & (Comparison.pair_id == Clip.pair_id))
        .where(Comparison.id == assignment.comparison_id)
    )
    tags = session.get_one(Pair, assignment.pair_id).tags
    return made or str(tags.get("gold_against", ""))


def _lease_question(
    session: Session,
    *,
    annotator_id: int,
    study: Study,
    comparison: Comparison,
    left_side: Side,
    now: datetime,
) -> Assignment:
    """Lease a comparison with a known answer to an annotator as a quiz question.

    The comparison takes no slot.
    """
    assignment = Assignment(
        token=new_token(),
        study_id=study.id,
        comparison_id=comparison.id,
        pair_id=comparison.pair_id,
        annotator_id=annotator_id,
        purpose=AssignmentPurpose.QUIZ,
        takes_slot=False,
        protocol_version=protocol_version(session, study),
        position=QUIZ_POSITION,
        left_side=left_side,
        status=AssignmentStatus.OPEN,
        created_at=now,
        expires_at=now + timedelta(seconds=study.lease_s),
    )
    session.add(assignment)
    session.flush()
    return assignment
