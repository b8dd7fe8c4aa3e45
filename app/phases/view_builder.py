"""Builds the view models of the pages around the voting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.languages.study_texts import StudyWording
from app.panels.phases import PhaseProgress, protocol_version
from app.panels.progress import progress_of
from app.panels.time_estimate import SECONDS_PER_PAIR
from app.phases.quiz import QuizState, answered_question
from app.phases.view_models import (
    STEP_NAMES,
    ConsentPage,
    EndPage,
    HitForm,
    InstructionsPage,
    QuestionnairePage,
    QuizAnswerPage,
    QuizQuestionPage,
)
from app.platforms.exits import annotator_exit
from app.platforms.links import MTURK_SUBMIT
from app.tables.people import Annotator
from app.tables.platforms import PlatformSession
from app.tables.studies import Study
from app.tables.voting import Assignment
from app.voting.assignment_view import assignment_view
from app.voting.leases import current_lease
from app.voting.view_models import AssignmentView
from benchmark.protocol import Outcome, Phase
from benchmark.wire.phases import Phases, QuizPhase

# The usual duration of a phase, in seconds. The other phases are missing here, because their durations depend
# on the number of their questions or comparisons.
_SECONDS = {Phase.CONSENT: 90, Phase.INSTRUCTIONS: 90, Phase.FINISH: 0}
_SECONDS_PER_QUESTION = 15


@dataclass(frozen=True)
class PhaseVisit:
    """An annotator in a phase of a study, with the data that every page needs."""

    session: Session
    study: Study
    phases: Phases
    annotator: Annotator
    progress: PhaseProgress
    wording: StudyWording

    def frame(self, phase: Phase) -> dict[str, Any]:
        """Return the fields of `PhasePage`."""
        return {
            "study_slug": self.study.slug,
            "study_title": self.study.title,
            "order": self.progress.order,
            "phase": phase,
            "contact": self.phases.contact,
            "minutes_left": self._minutes_left() if self.progress.outcome is None else None,
            "wording": self.wording,
        }

    def comparisons(self) -> int:
        """Return how many comparisons the annotator still gets."""
        progress = progress_of(self.session, study=self.study, annotator_id=self.annotator.id)
        return progress.total - progress.done

    def _minutes_left(self) -> int:
        ahead = self.progress.order[self.progress.order.index(self.progress.due) :]
        return max(1, round(sum(self._seconds(phase) for phase in ahead) / 60))

    def _seconds(self, phase: Phase) -> int:
        if phase is Phase.VOTING:
            return self.comparisons() * SECONDS_PER_PAIR
        if phase is Phase.QUIZ and self.phases.quiz is not None:
            return self.phases.quiz.questions * SECONDS_PER_PAIR
        if phase is Phase.QUESTIONNAIRE and self.phases.questionnaire is not None:
            return len(self.phases.questionnaire.questions) * _SECONDS_PER_QUESTION
        return _SECONDS[phase]


def build_consent_page(
    visit: PhaseVisit, *, notice: str = "", ticked: frozenset[int] = frozenset()
) -> ConsentPage:
    consent = visit.phases.consent
    assert consent is not None
    return ConsentPage(
        **visit.frame(Phase.CONSENT),
        notice=notice,
        pay=visit.phases.pay,
        comparisons=visit.comparisons(),
        sections=consent.sections,
        statements=consent.statements,
        version=protocol_version(visit.session, visit.study),
        is_due=visit.progress.due is Phase.CONSENT,
        ticked=ticked,
    )


def build_instructions_page(visit: PhaseVisit) -> InstructionsPage:
    instructions = visit.phases.instructions
    assert instructions is not None
    order = visit.progress.order
    return InstructionsPage(
        **visit.frame(Phase.INSTRUCTIONS),
        text=instructions.text,
        examples=instructions.examples,
        is_due=visit.progress.due is Phase.INSTRUCTIONS,
        next_step=STEP_NAMES[order[order.index(Phase.INSTRUCTIONS) + 1]],
    )


def build_question_page(
    visit: PhaseVisit, assignment: Assignment, state: QuizState, *, notice: str = ""
) -> QuizQuestionPage:
    return QuizQuestionPage(
        **visit.frame(Phase.QUIZ),
        notice=notice,
        card=_card(visit, assignment),
        number=state.question,
        questions=state.quiz.questions,
        pass_mark=state.quiz.pass_mark,
        failed_right=None if state.is_passed else state.last_attempt_right,
    )


def build_answer_page(
    visit: PhaseVisit, assignment: Assignment, quiz: QuizPhase, state: QuizState
) -> QuizAnswerPage | None:
    """Return the explanation of an answered question; None if the question has no answer yet."""
    answered = answered_question(visit.session, assignment)
    if answered is None:
        return None
    return QuizAnswerPage(
        **visit.frame(Phase.QUIZ),
        card=_card(visit, assignment),
        number=(len(state.answers) - 1) % quiz.questions + 1,
        questions=quiz.questions,
        chosen=answered.chosen,
        right=answered.right,
        against=answered.against,
    )


def _card(visit: PhaseVisit, assignment: Assignment) -> AssignmentView:
    lease = current_lease(visit.session, assignment=assignment, study=visit.study)
    return assignment_view(visit.session, lease=lease, study=visit.study)


def build_questionnaire_page(
    visit: PhaseVisit,
    *,
    notice: str = "",
    answers: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> QuestionnairePage:
    questionnaire = visit.phases.questionnaire
    assert questionnaire is not None
    return QuestionnairePage(
        **visit.frame(Phase.QUESTIONNAIRE),
        notice=notice,
        questions=questionnaire.questions,
        answers=answers or {},
        problems=problems or {},
    )


def build_end_page(visit: PhaseVisit, *, outcome: Outcome, signing_key: bytes, notice: str = "") -> EndPage:
    joined = visit.session.get(PlatformSession, visit.annotator.id)
    exit = annotator_exit(
        visit.study,
        annotator_id=visit.annotator.id,
        joined=joined,
        outcome=outcome,
        signing_key=signing_key,
    )
    finish = visit.phases.finish
    written = visit.progress.ended.get(Phase.FINISH)
    progress = progress_of(visit.session, study=visit.study, annotator_id=visit.annotator.id)
    return EndPage(
        **visit.frame(Phase.FINISH) | {"minutes_left": None},
        notice=notice,
        outcome=outcome,
        done=progress.done,
        pay=visit.phases.pay,
        text=finish.text,
        code=exit.code,
        return_url=exit.url,
        hit=HitForm(joined.submit_to + MTURK_SUBMIT, joined.session) if joined and joined.submit_to else None,
        comment=(str(written.answers.get("comment", "")) if written else "") if finish.comment else None,
    )
