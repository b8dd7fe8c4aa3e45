"""View models of the pages of models and submissions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.pager import Pager
from app.results.views.metric_scores import SuiteTable
from app.sharing.view_models import VisibilityForm
from app.tasks.service import GRACE
from benchmark.protocol import StudyKind, StudyStatus, SubmissionStatus, Visibility


@dataclass(frozen=True)
class ModelRow:
    """A model in the list. `submissions` counts the submissions that the person sees."""

    slug: str
    name: str
    licence: str
    submissions: int
    is_own: bool

    @property
    def url(self) -> str:
        return f"/models/{self.slug}"


@dataclass(frozen=True)
class ModelFields:
    """The fields of the form that registers or edits a model, as text."""

    slug: str = ""
    name: str = ""
    url: str = ""
    licence: str = ""
    description: str = ""


@dataclass(frozen=True)
class ModelForm:
    """The form that registers a model or, if `is_new` is false, edits a model."""

    action: str
    fields: ModelFields
    is_new: bool
    problem: str = ""
    problems: Mapping[str, str] | None = None

    def problem_of(self, field: str) -> str:
        return (self.problems or {}).get(field, "")


@dataclass(frozen=True)
class ModelsPage:
    """The models that a person sees. `form` is None for people who may not register a model."""

    models: tuple[ModelRow, ...]
    pager: Pager
    form: ModelForm | None


@dataclass(frozen=True, kw_only=True)
class SubmissionRow:
    """A submission of a model. A complete submission has `expected` clips; `received` clips are stored."""

    public_id: str
    label: str
    benchmark: str
    benchmark_slug: str
    status: SubmissionStatus
    is_partial: bool
    visibility: Visibility
    received: int
    expected: int
    is_own: bool

    @property
    def url(self) -> str:
        return f"/submissions/{self.public_id}"

    @property
    def upload_url(self) -> str | None:
        is_open = self.is_own and self.status is SubmissionStatus.OPEN
        return f"/submissions/{self.public_id}/upload" if is_open else None

    @property
    def status_label(self) -> str:
        if self.status is SubmissionStatus.OPEN:
            return "receiving clips"
        return f"{self.status}, partial" if self.is_partial else self.status


@dataclass(frozen=True, kw_only=True)
class ResultRow:
    """A matchup of a study, from the point of view of the model.

    The majority of a pair's votes decides the pair.
    """

    study: str
    study_slug: str
    status: StudyStatus
    kind: StudyKind
    label: str
    opponent: str
    score: str
    won: int
    decided: int
    undecided: int

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/results"

    @property
    def is_interim(self) -> bool:
        return self.status is not StudyStatus.CLOSED


@dataclass(frozen=True)
class DeletionForm:
    """The form that deletes a model or submission, or restores a deleted one.

    Attributes:
        url: the page of the model or submission.
        name: the name that the owner must type to confirm the deletion.
        deletes_at: the end of the grace period; None if the object is not deleted.
        obstacle: why the object cannot be deleted now; an empty text if the object can be deleted.
        studies: the number of closed studies that compare the submission and keep their votes.
        clips_removed_at: the time at which the server removed the files of the submission's clips.
    """

    url: str
    name: str
    deletes_at: datetime | None
    obstacle: str
    problem: str = ""
    studies: int = 0
    clips_removed_at: datetime | None = None

    @property
    def delete_url(self) -> str:
        return f"{self.url}/delete"

    @property
    def restore_url(self) -> str:
        return f"{self.url}/restore"

    @property
    def grace_days(self) -> int:
        return GRACE.days


@dataclass(frozen=True, kw_only=True)
class ModelPage:
    """The page of a model.

    `form` and `deletion` are None for people who may not edit the model. `has_more_results` is true if the
    page does not list all results. `metrics` has the scores of the newest final submissions.
    """

    slug: str
    name: str
    description: str
    url: str
    licence: str
    owner: str
    created_at: datetime
    submissions: tuple[SubmissionRow, ...]
    results: tuple[ResultRow, ...]
    has_more_results: bool
    metrics: tuple[SuiteTable, ...]
    form: ModelForm | None
    deletion: DeletionForm | None

    @property
    def models_url(self) -> str:
        return "/models"

    @property
    def new_submission_url(self) -> str:
        return f"/submissions/new?model={self.slug}"

    @property
    def jobs_url(self) -> str:
        return f"/jobs?model={self.slug}#ask"


@dataclass(frozen=True, kw_only=True)
class SubmissionPage:
    """The page of a submission. `problem` says why the last form was refused.

    `visibility_form` and `deletion` are None for people who may not change the submission.
    """

    model: str
    model_slug: str
    row: SubmissionRow
    benchmark_version: int
    created_at: datetime
    finalised_at: datetime | None
    withdrawn_at: datetime | None
    warnings: tuple[str, ...]
    missing: int
    studies: tuple[tuple[str, str], ...]
    visibility_form: VisibilityForm | None
    deletion: DeletionForm | None
    problem: str = ""
    reason: str = ""

    @property
    def model_url(self) -> str:
        return f"/models/{self.model_slug}"

    @property
    def benchmark_url(self) -> str:
        return f"/benchmarks/{self.row.benchmark_slug}"

    @property
    def metrics_url(self) -> str:
        return f"{self.row.url}/metrics"

    @property
    def gold_url(self) -> str | None:
        """Return the page that makes gold questions from the clips of a person's own final submission."""
        is_final = self.row.status is SubmissionStatus.FINAL
        return f"{self.row.url}/gold" if is_final and self.row.is_own else None

    @property
    def withdraw_url(self) -> str | None:
        is_withdrawn = self.row.status is SubmissionStatus.WITHDRAWN
        return None if is_withdrawn or not self.row.is_own else f"{self.row.url}/withdraw"
