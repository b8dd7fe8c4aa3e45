"""View models of the pages around the voting, without model names and file names."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.languages import gettext_noop, translate
from app.languages.study_texts import AnnotatorPage
from app.phases.examples import WORKED_EXAMPLES, WorkedExample
from benchmark.protocol import Choice, Outcome, Phase
from benchmark.wire.phases import ChoiceQuestion, NumberQuestion, Question, Section
from benchmark.wire.votes import AssignmentResponse

STEP_NAMES = {
    Phase.CONSENT: gettext_noop("About this study"),
    Phase.INSTRUCTIONS: gettext_noop("Instructions"),
    Phase.QUIZ: gettext_noop("Practice"),
    Phase.VOTING: gettext_noop("Comparisons"),
    Phase.QUESTIONNAIRE: gettext_noop("Questions"),
    Phase.FINISH: gettext_noop("Finished"),
}
# The reason why a clip is wrong, keyed by the model that made the clip (benchmark/scenes/gold.py) or by the
# GoldKind of the clip.
_WRONG_CLIPS = {
    "static": gettext_noop("Nothing moves in this clip."),
    "frozen": gettext_noop("Nothing moves in this clip."),
    "wrong-action": gettext_noop("Something moves, but not as the text says."),
}
_OTHER_WRONG_CLIP = gettext_noop("This clip does not show the image and the text well.")


@dataclass(frozen=True, kw_only=True)
class PhasePage(AnnotatorPage):
    """The fields of every page around the voting. `minutes_left` is None on the last page."""

    study_slug: str
    study_title: str
    order: tuple[Phase, ...]
    phase: Phase
    contact: str
    minutes_left: int | None
    notice: str = ""

    @property
    def step(self) -> int:
        """Return the number of this step, counted from 1."""
        return self.order.index(self.phase) + 1

    @property
    def step_name(self) -> str:
        return STEP_NAMES[self.phase]

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/phases/{self.phase}"

    @property
    def next_url(self) -> str:
        return f"/studies/{self.study_slug}/phases"

    @property
    def consent_url(self) -> str | None:
        """Return the address of the study information; None if the study has none."""
        return f"{self.next_url}/consent" if Phase.CONSENT in self.order else None

    @property
    def instructions_url(self) -> str | None:
        return f"{self.next_url}/instructions" if Phase.INSTRUCTIONS in self.order else None

    @property
    def withdraw_url(self) -> str:
        return f"/studies/{self.study_slug}/withdraw"


@dataclass(frozen=True, kw_only=True)
class ConsentPage(PhasePage):
    """The study information (phases/consent.html).

    `is_due` is False when the annotator reads the study information again.
    """

    pay: str
    comparisons: int
    sections: tuple[Section, ...]
    statements: tuple[str, ...]
    version: int
    is_due: bool
    ticked: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class InstructionsPage(PhasePage):
    """The instructions (phases/instructions.html).

    `next_step` is the name of the step after the instructions.
    """

    text: str
    examples: bool
    is_due: bool
    next_step: str

    @property
    def worked_examples(self) -> tuple[WorkedExample, ...]:
        return WORKED_EXAMPLES


@dataclass(frozen=True, kw_only=True)
class QuizQuestionPage(PhasePage):
    """A question of the quiz (phases/question.html).

    `failed_right` is the number of right answers of the attempt that just failed; None otherwise.
    """

    card: AssignmentResponse
    number: int
    questions: int
    pass_mark: int
    failed_right: int | None

    @property
    def playback_url(self) -> str:
        """Return the address to which the page reports play, pause, seek and completion of the clips."""
        return f"/api/v1/assignments/{self.card.token}/playback"


@dataclass(frozen=True, kw_only=True)
class QuizAnswerPage(PhasePage):
    """The explanation of an answered question (phases/answer.html)."""

    card: AssignmentResponse
    number: int
    questions: int
    chosen: Choice
    right: Choice
    against: str

    @property
    def url(self) -> str:
        return f"{super().url}/{self.card.token}"

    @property
    def is_right(self) -> bool:
        return self.chosen is self.right

    @property
    def explanations(self) -> dict[str, str]:
        """Return one sentence about each clip, keyed by the clip's letter, A or B."""
        wrong = translate(self.language, _WRONG_CLIPS.get(self.against, _OTHER_WRONG_CLIP))
        right = translate(self.language, "This clip shows what the text asks.")
        return {each.value: right if each is self.right else wrong for each in Choice}


@dataclass(frozen=True, kw_only=True)
class QuestionnairePage(PhasePage):
    """The questionnaire (phases/questionnaire.html), with the submitted answers after an error."""

    questions: tuple[Question, ...]
    answers: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    def is_choice(self, question: Question) -> bool:
        return isinstance(question, ChoiceQuestion)

    def is_number(self, question: Question) -> bool:
        return isinstance(question, NumberQuestion)


@dataclass(frozen=True)
class HitForm:
    """The form that ends a HIT: the address of Mechanical Turk, and the worker's assignment."""

    url: str
    assignment: str


@dataclass(frozen=True, kw_only=True)
class EndPage(PhasePage):
    """The last page (phases/finish.html), or the page after an early end (phases/ended.html).

    `code` and `return_url` are empty texts if the study has none. `comment` is None if the study asks for no
    comment. `hit` is None unless the annotator works on a HIT of Mechanical Turk.
    """

    outcome: Outcome
    done: int
    pay: str
    text: str
    code: str
    return_url: str
    comment: str | None = None
    hit: HitForm | None = None

    @property
    def redirects_at_once(self) -> bool:
        """Return whether the browser goes back to the platform at once, because the page has no question.

        To go back at once, the page contains an HTML refresh without delay. The server cannot redirect,
        because browsers refuse to redirect a submitted form to another site.
        """
        is_done = self.outcome is Outcome.COMPLETED and not self.notice
        return is_done and self.comment is None and bool(self.return_url)

    @property
    def shown_comment(self) -> str:
        return self.comment or ""
