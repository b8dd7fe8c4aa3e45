"""View models of the page that lists benchmarks and imports a benchmark."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.benchmarks.profile import BenchmarkShape
from app.pager import Pager
from benchmark.protocol import Visibility


@dataclass(frozen=True)
class BenchmarkRow:
    """The newest version of a benchmark."""

    slug: str
    title: str
    version: int
    shape: BenchmarkShape
    licence: str
    visibility: Visibility
    created_at: datetime

    @property
    def url(self) -> str:
        return f"/benchmarks/{self.slug}"


@dataclass(frozen=True)
class ImportFields:
    """The fields of the import form as text. `source` names a dataset of the Hugging Face Hub."""

    slug: str = ""
    title: str = ""
    source: str = ""


@dataclass(frozen=True)
class ImportForm:
    """The form that imports a benchmark. `max_bytes` is the maximum size of a ZIP file."""

    fields: ImportFields
    max_bytes: int
    problem: str = ""
    problems: Mapping[str, str] | None = None

    @property
    def url(self) -> str:
        return "/benchmarks"

    @property
    def max_mb(self) -> int:
        return self.max_bytes // 1_000_000

    @property
    def upload_url(self) -> str:
        """Return the address of the REST API that receives a ZIP file."""
        return "/api/v1/benchmarks"

    def problem_of(self, field: str) -> str:
        return (self.problems or {}).get(field, "")


@dataclass(frozen=True)
class BenchmarksPage:
    """All benchmarks that the person or visitor sees.

    `form` is None for people who may not import a benchmark.
    """

    benchmarks: tuple[BenchmarkRow, ...]
    total: int
    pager: Pager
    form: ImportForm | None
