"""View models of the pages of a benchmark and of its gallery."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from app.benchmarks.profile import BenchmarkProfile
from app.pager import Pager
from app.results.views.clips import ClipCard, longest_ms, shortest_frame_ms
from app.results.views.names import readable
from app.results.views.pair_scores import PairScoreTable
from app.sharing.view_models import VisibilityForm
from benchmark.protocol import Visibility


@dataclass(frozen=True)
class PromptLink:
    """The prompt of one pair, with the URL of the pair's page."""

    prompt: str
    url: str


@dataclass(frozen=True)
class ImageTile:
    """An image with the prompts of all its pairs."""

    name: str
    image_url: str
    prompts: tuple[PromptLink, ...]


@dataclass(frozen=True)
class ScenarioPart:
    """The images of a scenario; `anchor` is the HTML id of the scenario's section."""

    name: str
    anchor: str
    tiles: tuple[ImageTile, ...]


@dataclass(frozen=True)
class Option:
    """One option of a filter."""

    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class FilterForm:
    """The filter form. `hard_cases` is empty if the benchmark has no hard cases."""

    text: str
    scenarios: tuple[Option, ...]
    hard_cases: tuple[Option, ...]

    @property
    def is_used(self) -> bool:
        chosen = (*self.scenarios, *self.hard_cases)
        return bool(self.text) or any(option.is_chosen for option in chosen)


@dataclass(frozen=True)
class JumpLink:
    """A link to a scenario of the gallery; the scenario may be on another page."""

    name: str
    url: str


@dataclass(frozen=True)
class BenchmarkPage:
    """The page of a benchmark: its source, its row of the paper's Table 1, its versions and its visibility.

    `owner` is None for a visitor, and for a benchmark that the operator imported. `visibility_form` is None
    for people who may not change the benchmark.
    """

    title: str
    licence: str
    source: str
    content_hash: str
    visibility: Visibility
    owner: str | None
    profile: BenchmarkProfile
    scenarios: int
    versions: tuple[tuple[int, datetime], ...]
    images: tuple[str, ...]
    visibility_form: VisibilityForm | None
    new_submission_url: str | None

    @property
    def benchmarks_url(self) -> str:
        return "/benchmarks"

    @property
    def gallery_url(self) -> str:
        return f"/gallery/{self.profile.slug}"


@dataclass(frozen=True)
class GalleryPage:
    """A page of a benchmark's images.

    `total` is the benchmark's number of pairs; `shown` is the number of pairs that match the filter.
    """

    slug: str
    title: str
    licence: str
    form: FilterForm
    shown: int
    total: int
    jump: tuple[JumpLink, ...]
    pager: Pager
    scenarios: tuple[ScenarioPart, ...]

    @property
    def url(self) -> str:
        return f"/gallery/{self.slug}"

    @property
    def benchmark_url(self) -> str:
        return f"/benchmarks/{self.slug}"


@dataclass(frozen=True)
class Neighbour:
    prompt: str
    url: str


@dataclass(frozen=True)
class PairPage:
    """The page of one pair. `clips` is None for visitors who are not signed in, to keep studies blind."""

    slug: str
    title: str
    pair_id: str
    prompt: str
    scenario: str
    tags: tuple[tuple[str, str], ...]
    image_url: str
    siblings: tuple[PromptLink, ...]
    previous: Neighbour | None
    next: Neighbour | None
    clips: tuple[ClipCard, ...] | None
    scores: tuple[PairScoreTable, ...]

    @property
    def gallery_url(self) -> str:
        return f"/gallery/{self.slug}"

    @property
    def scenario_url(self) -> str:
        return f"/gallery/{self.slug}?scenario={quote(self.scenario)}"

    @property
    def scenario_name(self) -> str:
        return readable(self.scenario)

    @property
    def duration_ms(self) -> int:
        return longest_ms(self.clips or ())

    @property
    def frame_ms(self) -> float:
        return shortest_frame_ms(self.clips or ())


def pair_url(slug: str, pair_id: str) -> str:
    return f"/gallery/{slug}/{quote(pair_id, safe='')}"
