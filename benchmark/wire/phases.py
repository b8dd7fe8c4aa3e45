"""Wire types for the phases of a study: what annotators see before and after the voting.

The phases are part of the study's protocol, and the study's report contains the protocol. Completion codes
are not part of the protocol.
"""

from collections import Counter
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from benchmark.protocol import Outcome, Phase
from benchmark.wire.common import Flag, Line, OneLine, OptionalLine, Paragraphs, RequestModel, ResponseModel

MAX_ANSWER_CHARS = 2000
_KEY = r"^[a-z][a-z0-9_]{0,39}$"
Key = Annotated[str, StringConstraints(pattern=_KEY)]


class Section(RequestModel):
    """A section of the study information: a question, such as "Who runs it", and its answer."""

    title: Line
    text: Annotated[Paragraphs, Field(min_length=1)]


class ConsentPhase(RequestModel):
    """The study information, and the statements that an annotator must tick to take part."""

    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=20)]
    statements: Annotated[tuple[Line, ...], Field(min_length=1, max_length=10)]


class InstructionsPhase(RequestModel):
    """Instructions, and four examples that explain one justification each."""

    text: Paragraphs = ""
    examples: Flag = True


class QuizPhase(RequestModel):
    """Practice on gold comparisons.

    An attempt at the quiz has `questions` comparisons, and at least `pass_mark` answers must be right. A
    further attempt shows other comparisons. After the last failed attempt the study ends for the annotator.
    """

    questions: Annotated[int, Field(ge=1, le=20)] = 4
    pass_mark: Annotated[int, Field(ge=1, le=20)] = 3
    attempts: Annotated[int, Field(ge=1, le=5)] = 2

    @model_validator(mode="after")
    def _can_be_passed(self) -> Self:
        if self.pass_mark > self.questions:
            raise ValueError("pass_mark must not be larger than questions")
        return self


class _Question(RequestModel):
    key: Key
    text: Line
    required: Flag = True


class ChoiceQuestion(_Question):
    """A question with a list of answers; the annotator chooses one answer."""

    kind: Literal["choice"]
    options: Annotated[tuple[Line, ...], Field(min_length=2, max_length=20)]

    @model_validator(mode="after")
    def _options_differ(self) -> Self:
        if len(set(self.options)) < len(self.options):
            raise ValueError("the options must differ")
        return self


class NumberQuestion(_Question):
    """A question whose answer is a whole number between two limits."""

    kind: Literal["number"]
    minimum: Annotated[int, Field(ge=-(10**9), le=10**9)] = 0
    maximum: Annotated[int, Field(ge=-(10**9), le=10**9)] = 10**9

    @model_validator(mode="after")
    def _limits_are_ordered(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError("minimum must not be larger than maximum")
        return self


class TextQuestion(_Question):
    """A question that the annotator answers in free text."""

    kind: Literal["text"]
    required: Flag = False


Question = Annotated[ChoiceQuestion | NumberQuestion | TextQuestion, Field(discriminator="kind")]


class QuestionnairePhase(RequestModel):
    """Questions that follow the voting."""

    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        repeated = [key for key, count in Counter(each.key for each in self.questions).items() if count > 1]
        if repeated:
            raise ValueError("each question needs its own key")
        return self


class FinishPhase(RequestModel):
    """The last page. `text` says what happens next; `comment` shows a field for an optional comment."""

    text: Paragraphs = ""
    comment: Flag = True


class Phases(RequestModel):
    """The phases of a study, in the order of `benchmark.protocol.Phase`. Each phase is optional.

    Attributes:
        pay: the payment in the words that annotators read, such as "£2.40".
        contact: an email address for questions.
    """

    pay: OptionalLine = ""
    contact: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^([^@\s]+@[^@\s]+)?$"),
        OneLine,
    ] = ""
    consent: ConsentPhase | None = None
    instructions: InstructionsPhase | None = None
    quiz: QuizPhase | None = None
    questionnaire: QuestionnairePhase | None = None
    finish: FinishPhase = FinishPhase()

    @property
    def order(self) -> tuple[Phase, ...]:
        """Return the phases of an annotator in order; they always include voting and the last page."""
        return tuple(
            phase for phase in Phase if phase is Phase.VOTING or getattr(self, phase.value) is not None
        )


class PhaseAnswerResponse(ResponseModel):
    """A phase of a study that an annotator finished.

    Attributes:
        version: the version of the protocol whose texts the annotator saw.
        answers: the content depends on the phase. `consent`: the statements, and the language in which the
            annotator read the statements. `quiz`: 1 for each right answer and 0 for each wrong answer.
            `questionnaire`: the answers, keyed by question. `finish`: the comment.
        outcome: how the study ended for the annotator in this phase; null if the annotator passed the phase.
    """

    annotator: str
    phase: Phase
    version: int
    answers: dict[str, Any]
    outcome: Outcome | None
    at: datetime


class PhaseAnswersResponse(ResponseModel):
    answers: list[PhaseAnswerResponse]
