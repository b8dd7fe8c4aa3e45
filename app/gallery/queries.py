"""Reads pairs and clips for the gallery's pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.errors import NotFound, NotSignedIn
from app.gallery.clip_scores import clip_scores
from app.gallery.view_models import (
    FilterForm,
    GalleryPage,
    ImageTile,
    JumpLink,
    Neighbour,
    Option,
    PairPage,
    PromptLink,
    ScenarioPart,
    pair_url,
)
from app.media.store import content_key
from app.media.thumbnail_urls import LARGE, TILE, thumbnail_url
from app.pager import Pager
from app.results.views.clips import clip_cards
from app.results.views.names import readable
from app.security.identity import Principal
from app.security.publication import Visitor, shows_clips
from app.security.visibility import sees_benchmark, sees_submission
from app.tables.bench import Benchmark, Pair
from app.tables.submissions import Clip, Submission
from benchmark.protocol import SubmissionStatus, Visibility

HARD_CASE = "hard_case"
TILES_PER_PAGE = 40
# Tags that pages show. Only the scene engine uses the other tags.
_SHOWN_TAGS = (HARD_CASE, "style")


@dataclass(frozen=True)
class Filter:
    """The filter that the visitor chose. A field with an empty value matches every pair."""

    text: str = ""
    scenario: str = ""
    hard_case: str = ""

    def matches(self, pair: Pair) -> bool:
        return (
            self.text.casefold() in pair.prompt.casefold()
            and self.scenario in ("", pair.scenario)
            and self.hard_case in ("", pair.tags.get(HARD_CASE))
        )


def gallery_page(session: Session, benchmark: Benchmark, wanted: Filter, *, page: int = 1) -> GalleryPage:
    """Return the benchmark's images by scenario, each image with the prompts that match the filter."""
    pairs = _pairs(session, benchmark)
    shown = [pair for pair in pairs if wanted.matches(pair)]
    hard_cases = sorted({case for pair in pairs if (case := pair.tags.get(HARD_CASE))})
    sheets = _sheets(_scenarios(benchmark.slug, shown))
    query = (("text", wanted.text), ("scenario", wanted.scenario), ("hard_case", wanted.hard_case))
    path = f"/gallery/{benchmark.slug}"
    pager = Pager(min(page, len(sheets)), len(sheets), path, query, anchor="images")
    return GalleryPage(
        slug=benchmark.slug,
        title=benchmark.title,
        licence=benchmark.licence,
        form=FilterForm(
            text=wanted.text,
            scenarios=_options(dict.fromkeys(pair.scenario for pair in pairs), wanted.scenario),
            hard_cases=_options(hard_cases, wanted.hard_case),
        ),
        shown=len(shown),
        total=len(pairs),
        jump=tuple(
            JumpLink(part.name, pager.url(number, anchor=part.anchor))
            for number, parts in enumerate(sheets, start=1)
            for part in parts
        ),
        pager=pager,
        scenarios=sheets[pager.number - 1],
    )


def pair_page(
    session: Session, benchmark: Benchmark, pair_id: str, *, principal: Principal | None
) -> PairPage:
    """Return one pair with the clips that the person may see. A visitor who is not signed in sees no clips.

    Raises:
        NotFound: the benchmark has no pair with this id.
    """
    pairs = _pairs(session, benchmark)
    at = next((index for index, pair in enumerate(pairs) if pair.name == pair_id), None)
    if at is None:
        raise NotFound("This benchmark has no such pair.", code="unknown_pair")
    pair = pairs[at]
    same_image = [each for each in pairs if each.image == pair.image and each is not pair]
    return PairPage(
        slug=benchmark.slug,
        title=benchmark.title,
        pair_id=pair.name,
        prompt=pair.prompt,
        scenario=pair.scenario,
        tags=tuple((readable(tag), readable(pair.tags[tag])) for tag in _SHOWN_TAGS if pair.tags.get(tag)),
        image_url=thumbnail_url(pair.image_key, LARGE),
        siblings=tuple(_prompt_link(benchmark.slug, each) for each in same_image),
        previous=_neighbour(benchmark.slug, pairs[at - 1] if at else None),
        next=_neighbour(benchmark.slug, pairs[at + 1] if at + 1 < len(pairs) else None),
        clips=clip_cards(session, benchmark.slug, pair, principal=principal) if principal else None,
        scores=clip_scores(session, pair, principal) if principal else (),
    )


def final_clip(
    session: Session,
    slug: str,
    *,
    pair_id: str,
    submission_id: str,
    seed: int,
    principal: Principal,
    visitor: Visitor,
) -> Clip:
    """Return the clip of a final submission for a pair and seed, in any version of the benchmark.

    Args:
        principal: the person who reads the clip.
        visitor: the browser from which the request comes. A browser that opened the unlisted link of a study
            may also read the study's clips.

    Raises:
        NotFound: the clip does not exist, or the clip's submission is not final or not visible to the person.
        NotSignedIn: the visitor is not signed in, and no published results contain the clip.
    """
    clip = session.scalar(
        select(Clip)
        .join(Pair, Pair.id == Clip.pair_id)
        .join(Benchmark, Benchmark.id == Pair.benchmark_id)
        .join(Submission, Submission.id == Clip.submission_id)
        .where(
            Benchmark.slug == slug,
            Pair.name == pair_id,
            Submission.public_id == submission_id,
            Clip.seed == seed,
            Submission.status == SubmissionStatus.FINAL,
        )
    )
    if clip is not None and (
        _is_visible(session, clip, principal) or shows_clips(session, [clip.submission_id], visitor)
    ):
        return clip
    if clip is not None and principal.visitor:
        raise NotSignedIn("Sign in to see this clip.")
    raise NotFound("There is no such clip.")


def _is_visible(session: Session, clip: Clip, principal: Principal) -> bool:
    if principal.visitor is not None:
        return False
    query = select(Submission.id).where(Submission.id == clip.submission_id, sees_submission(principal))
    return session.scalar(query) is not None


def benchmarks_showing(sha256: str, principal: Principal | None) -> Select[Visibility]:
    """Return a query for benchmarks that contain this image; omit benchmarks that the person may not see."""
    return (
        select(Benchmark.visibility)
        .join(Pair, Pair.benchmark_id == Benchmark.id)
        .where(Pair.image_key == content_key("images", sha256), sees_benchmark(principal))
    )


def image_is_public(session: Session, sha256: str, *, principal: Principal | None) -> bool:
    """Return whether an image is public. Raise an error if the person or visitor may not see the image.

    Raises:
        NotFound: no benchmark that the person or visitor may see has this image.
    """
    visibilities = set(session.scalars(benchmarks_showing(sha256, principal)))
    if not visibilities:
        raise NotFound("This image does not exist, or you may not see it.")
    return Visibility.PUBLIC in visibilities


def _pairs(session: Session, benchmark: Benchmark) -> Sequence[Pair]:
    query = select(Pair).where(Pair.benchmark_id == benchmark.id).order_by(Pair.position)
    return session.scalars(query).all()


def _options(values: Iterable[str], chosen: str) -> tuple[Option, ...]:
    return tuple(Option(value, readable(value), value == chosen) for value in values)


def _scenarios(slug: str, pairs: Iterable[Pair]) -> tuple[ScenarioPart, ...]:
    images: dict[str, dict[str, list[Pair]]] = {}
    for pair in pairs:
        images.setdefault(pair.scenario, {}).setdefault(pair.image, []).append(pair)
    return tuple(
        ScenarioPart(
            readable(scenario), f"scenario-{number}", tuple(_tile(slug, each) for each in tiles.values())
        )
        for number, (scenario, tiles) in enumerate(images.items(), start=1)
    )


def _sheets(scenarios: Iterable[ScenarioPart]) -> tuple[tuple[ScenarioPart, ...], ...]:
    """Distribute the scenarios over pages. Return at least one page.

    Scenarios are not divided between pages; a page has about TILES_PER_PAGE images.
    """
    sheets: list[list[ScenarioPart]] = [[]]
    for part in scenarios:
        if sum(len(each.tiles) for each in sheets[-1]) >= TILES_PER_PAGE:
            sheets.append([])
        sheets[-1].append(part)
    return tuple(map(tuple, sheets))


def _tile(slug: str, pairs: Sequence[Pair]) -> ImageTile:
    return ImageTile(
        name=pairs[0].image,
        image_url=thumbnail_url(pairs[0].image_key, TILE),
        prompts=tuple(_prompt_link(slug, pair) for pair in pairs),
    )


def _prompt_link(slug: str, pair: Pair) -> PromptLink:
    return PromptLink(pair.prompt, pair_url(slug, pair.name))


def _neighbour(slug: str, pair: Pair | None) -> Neighbour | None:
    return Neighbour(pair.prompt, pair_url(slug, pair.name)) if pair else None
