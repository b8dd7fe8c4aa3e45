"""Defines the view models of the pages that open a submission and upload its clips."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.media.conversion import CONVERTIBLE
from benchmark.protocol import SubmissionStatus
from benchmark.video.formats import CONVERTIBLE_SUFFIXES

# The number of problems and of warnings that are listed before "and N more".
_LISTED = 20


@dataclass(frozen=True)
class Choice:
    value: str
    text: str


@dataclass(frozen=True)
class SubmissionFields:
    """The fields of the submission form as text. `slug` and `name` describe a new model."""

    benchmark: str = ""
    model: str = ""
    name: str = ""
    label: str = ""


@dataclass(frozen=True)
class NewSubmissionPage:
    """The form that opens a submission. `models` are the person's own models."""

    benchmarks: tuple[Choice, ...]
    models: tuple[Choice, ...]
    fields: SubmissionFields
    problem: str = ""
    problems: Mapping[str, str] | None = None

    @property
    def url(self) -> str:
        return "/submissions/new"

    @property
    def import_url(self) -> str:
        return "/benchmarks#import"

    def problem_of(self, field: str) -> str:
        return (self.problems or {}).get(field, "")


@dataclass(frozen=True)
class UploadState:
    """The progress of a submission. `missing` and `warnings` have one line for each clip.

    `ask_query` is the query that is added to the URL of the jobs page; it names the submission.
    """

    public_id: str
    status: SubmissionStatus
    received: int
    expected: int
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    ask_query: str

    @property
    def ask_url(self) -> str:
        """Return the URL of the form that requests the missing clips from workers."""
        return f"/jobs?{self.ask_query}#ask"

    @property
    def is_open(self) -> bool:
        return self.status is SubmissionStatus.OPEN

    @property
    def finalise_url(self) -> str:
        """Return the address of the REST API that makes the submission final."""
        return f"/api/v1/submissions/{self.public_id}/finalise"

    @property
    def listed_missing(self) -> tuple[str, ...]:
        return self.missing[:_LISTED]

    @property
    def listed_warnings(self) -> tuple[str, ...]:
        return self.warnings[:_LISTED]


@dataclass(frozen=True)
class UploadPage:
    """The page on which a person uploads the clips of an open submission."""

    public_id: str
    name: str
    model_slug: str
    benchmark: str
    state: UploadState

    @property
    def model_url(self) -> str:
        return f"/models/{self.model_slug}"

    @property
    def submission_url(self) -> str:
        return f"/submissions/{self.public_id}"

    @property
    def names_url(self) -> str:
        return f"/submissions/{self.public_id}/names"

    @property
    def state_url(self) -> str:
        return f"/submissions/{self.public_id}/state"

    @property
    def convertible(self) -> str:
        """Return the error codes of files that the server can convert."""
        return " ".join(CONVERTIBLE)

    @property
    def convertible_suffixes(self) -> str:
        """Return the suffixes of the files that the server converts, for the file chooser."""
        return ",".join(sorted(CONVERTIBLE_SUFFIXES))

    @property
    def clips_url(self) -> str:
        """Return the URL under /api/v1 to which the page sends each clip."""
        return f"/api/v1/submissions/{self.public_id}/clips"
