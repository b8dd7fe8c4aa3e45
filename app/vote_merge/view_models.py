"""View model of the page that merges a study with a report of another server."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class MergeFields:
    """The fields of the form: slug and title of the new study, and whether the report is only checked."""

    study: str = ""
    title: str = ""
    dry_run: bool = False


@dataclass(frozen=True)
class MergePage:
    """The form that sends a report.

    `refusal` says why the study cannot be merged, or is empty. `problem` says why the server refused the
    sent form.
    """

    study_slug: str
    study_title: str
    votes: int
    refusal: str
    max_bytes: int
    fields: MergeFields
    problem: str = ""
    problems: Mapping[str, str] | None = None

    @property
    def url(self) -> str:
        """Return the address that receives the form, with the ZIP file, from a browser without JavaScript."""
        return f"/studies/{self.study_slug}/merge"

    @property
    def upload_url(self) -> str:
        """Return the address of the REST API that receives the ZIP file."""
        return f"/api/v1/studies/{self.study_slug}/merge"

    @property
    def results_url(self) -> str:
        return f"/studies/{self.study_slug}/results"

    @property
    def max_mb(self) -> int:
        return self.max_bytes // 1_000_000

    def problem_of(self, field: str) -> str:
        return (self.problems or {}).get(field, "")
