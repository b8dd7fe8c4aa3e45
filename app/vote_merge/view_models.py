"""View model of the page that merges a study with a report of another server."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MergePage:
    """The form that uploads a report. `refusal` says why the study cannot be merged, or is empty."""

    study_slug: str
    study_title: str
    votes: int
    refusal: str
    max_bytes: int

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
