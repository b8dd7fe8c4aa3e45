"""View models of the page on which an owner sets up the pages around the voting."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.field_messages import UNKNOWN_FIELD
from app.form_tree import rows
from app.languages import native_name
from app.phases.owner_forms import CrowdFields
from app.phases.owner_languages import LanguageFields, LanguageLine
from app.phases.view_models import STEP_NAMES
from benchmark.protocol import Language, Outcome, PaymentFile, Phase
from benchmark.wire.phases import ChoiceQuestion, NumberQuestion, Phases, Question

_OUTCOMES = {
    Outcome.COMPLETED: "The annotator passed all steps.",
    Outcome.DECLINED: "The annotator did not agree to the consent.",
    Outcome.SCREENED_OUT: "The annotator failed the quiz.",
    Outcome.QUALITY_FAILED: "The annotator failed a quality rule.",
    Outcome.FULL: "No comparison was left when the annotator came.",
}


_PAYMENT_FILES = {
    PaymentFile.LIST: "Payment list",
    PaymentFile.APPROVE: "To approve (Prolific)",
    PaymentFile.REJECT: "To review, with reasons",
    PaymentFile.MTURK: "Reviewed results (Mechanical Turk)",
}


@dataclass(frozen=True)
class CrowdPreview:
    """What annotators will read (phases/_crowd_preview.html).

    `phases` is None if the study has only the voting phase, or if a field is wrong. `wrong` is the number of
    wrong fields.
    """

    phases: Phases | None
    wrong: int = 0

    @property
    def steps(self) -> tuple[tuple[Phase, str], ...]:
        """Return the phases of the study in order, with their names on the pages of annotators."""
        order = self.phases.order if self.phases else (Phase.VOTING,)
        return tuple((phase, STEP_NAMES[phase]) for phase in order)

    def is_choice(self, question: Question) -> bool:
        return isinstance(question, ChoiceQuestion)

    def is_number(self, question: Question) -> bool:
        return isinstance(question, NumberQuestion)

    def paragraphs(self, text: str) -> tuple[str, ...]:
        return tuple(text.replace("\r\n", "\n").split("\n\n"))


@dataclass(frozen=True)
class OutcomeLine:
    """The form's fields for an outcome: the code and the return URL. `path` names the group of fields."""

    path: str
    name: str
    when: str


@dataclass(frozen=True, kw_only=True)
class CrowdPage:
    """The page of a crowd study (phases/crowd.html). `join_link` is None without a platform.

    `unverified` is the number of participants whose ids the platform did not sign.

    `version` is the version of the protocol that contains the fixed texts; None for a draft. `text` is a TOML
    or JSON text that could not be read, or the settings as JSON.
    """

    study_slug: str
    study_title: str
    is_draft: bool
    revision: int
    version: int | None
    fields: CrowdFields
    preview: CrowdPreview
    language_fields: LanguageFields
    language_lines: tuple[LanguageLine, ...]
    join_link: str | None
    unverified: int
    text: str
    problem: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/crowd"

    @property
    def open_url(self) -> str:
        """Return the URL of the page that checks the draft before it opens."""
        return f"/studies/{self.study_slug}/open"

    @property
    def languages(self) -> tuple[tuple[str, str], ...]:
        return tuple((each, native_name(each)) for each in Language)

    @property
    def outcomes(self) -> tuple[OutcomeLine, ...]:
        return tuple(
            OutcomeLine(f"platform.{each}", each.replace("_", " ").capitalize(), when)
            for each, when in _OUTCOMES.items()
        )

    @property
    def answers_url(self) -> str:
        return f"/api/v1/studies/{self.study_slug}/answers"

    @property
    def payment_files(self) -> tuple[tuple[str, str], ...]:
        """Return the title and the URL of each payment file that needs no amount."""
        base = f"/api/v1/studies/{self.study_slug}/platform/payments.csv?file="
        return tuple((title, f"{base}{file}") for file, title in _PAYMENT_FILES.items())

    @property
    def bonus_url(self) -> str:
        return f"/api/v1/studies/{self.study_slug}/platform/payments.csv"

    @property
    def unplaced(self) -> tuple[str, ...]:
        """Return the problems of settings that have no field in the form, such as a whole group of fields."""
        shown = self.fields.texts
        return tuple(
            text
            for path, text in self.problems.items()
            if path != "text" and (path not in shown or text == UNKNOWN_FIELD)
        )

    def rows(self, path: str) -> tuple[str, ...]:
        """Return the path of each row of a list in the form."""
        return tuple(f"{path}.{number}" for number in range(len(rows(self.fields.texts, path))))

    def value(self, path: str) -> str:
        return self.fields.texts.get(path, "")

    def uses(self, group: str) -> bool:
        return group in self.fields.used

    def problem_of(self, path: str) -> str:
        return self.problems.get(path, "")
