"""Builds the page of one pair in a study: image, prompt, the clip of every side, and all votes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.benchmarks.service import find_benchmark
from app.errors import NotFound
from app.media.thumbnail_urls import LARGE, thumbnail_url
from app.panels.side_names import Naming
from app.results.live.tags import tags_of_pairs
from app.results.live.vote_rows import VoteRow, vote_rows
from app.results.service import StudyResults, results_of
from app.results.urls import matchup_url, pair_url, results_url, scenario_url
from app.results.views.clips import ClipCard, clip_cards, longest_ms, shortest_frame_ms, shown_sides
from app.results.views.names import readable
from app.results.views.pair_list import majority_name
from app.results.views.pair_scores import PairScoreTable, pair_scores
from app.results.views.seeds import seeds_sentence
from app.results.views.vote_source import VoteSourceNote, vote_source_note
from app.security.identity import Principal
from app.security.publication import shows_clips
from app.tables.bench import Benchmark, Pair
from app.tables.studies import Study
from benchmark.exports.printed_cells import Spans, sides_cell
from benchmark.protocol import COUNTED_STATUSES, Justification, VoteStatus
from benchmark.stats.comparisons import ComparisonRow, comparisons


@dataclass(frozen=True)
class VoteLine:
    """One vote that counts. `seconds` is the decision time, or an empty text if the time was not measured."""

    annotator: str
    chosen: str
    reasons: str
    seconds: str


@dataclass(frozen=True)
class Panel:
    """One comparison of the pair.

    `votes` has the votes for each side, printed as `4/1`; `not_counted` describes votes that do not count.
    """

    name: str
    url: str
    votes: Spans
    majority: str
    lines: tuple[VoteLine, ...]
    not_counted: str


@dataclass(frozen=True)
class StudyPairPage:
    """View model of templates/results/pair.html.

    `seeds` is a sentence with the seeds of the clips; empty if all clips have seed 0. `gallery_url` is None
    if the gallery shows a newer version of the benchmark; `strip_url` is None if there are no clips.
    """

    study_title: str
    results_url: str
    is_interim: bool
    vote_source: VoteSourceNote | None
    pair_id: str
    prompt: str
    image_url: str
    scenario_name: str
    scenario_url: str
    tags: tuple[tuple[str, str], ...]
    gallery_url: str | None
    strip_url: str | None
    clips: tuple[ClipCard, ...]
    has_hidden_clips: bool
    panels: tuple[Panel, ...]
    scores: tuple[PairScoreTable, ...]
    seeds: str

    @property
    def duration_ms(self) -> int:
        return longest_ms(self.clips)

    @property
    def frame_ms(self) -> float:
        return shortest_frame_ms(self.clips)


def pair_page(session: Session, study: Study, pair_id: str, *, principal: Principal) -> StudyPairPage:
    """Return the page of a pair.

    Args:
        principal: the reader of the page. The page shows clips only of submissions that the reader may see.
            While a study compares a submission, visitors of published results do not see the submission's
            clips.

    Raises:
        NotFound: the study has no comparison on this pair.
    """
    results = results_of(session, study)
    rows = _comparisons(results, pair_id)
    pair = session.scalar(select(Pair).where(Pair.benchmark_id == study.benchmark_id, Pair.name == pair_id))
    if pair is None or not rows:
        raise NotFound("This study has no pair with this ID.")
    naming = Naming.of(session, results.rows)
    benchmark = session.get_one(Benchmark, study.benchmark_id)
    sides = shown_sides(session, study)
    visitor = principal.visitor
    is_hidden = visitor is not None and not shows_clips(session, [id for id, _ in sides], visitor)
    clips = () if is_hidden else _clips(session, benchmark, pair, naming, sides, principal)
    return StudyPairPage(
        study_title=study.title,
        results_url=results_url(study.slug),
        is_interim=results.is_interim,
        vote_source=vote_source_note(session, results),
        pair_id=pair.name,
        prompt=pair.prompt,
        image_url=thumbnail_url(pair.image_key, LARGE),
        scenario_name=readable(pair.scenario),
        scenario_url=scenario_url(study.slug, pair.scenario),
        tags=_tags(session, study, pair),
        gallery_url=_gallery_url(session, benchmark, pair, principal),
        strip_url=f"{pair_url(study.slug, pair.name)}/strip.svg" if clips else None,
        clips=clips,
        has_hidden_clips=is_hidden,
        panels=_panels(session, results, pair, rows, naming),
        scores=pair_scores(session, study, pair.name, naming, principal),
        seeds=seeds_sentence(session, study, results.counted.sides, naming),
    )


def _comparisons(results: StudyResults, pair_id: str) -> list[ComparisonRow]:
    tallies = results.counted.tallies
    if pair_id not in tallies.pairs:
        return []
    here = tallies.select(tallies.pair == tallies.pairs.index(pair_id))
    return list(comparisons(here, results.counted.matchups))


def _tags(session: Session, study: Study, pair: Pair) -> tuple[tuple[str, str], ...]:
    tags = tags_of_pairs(session, study)[pair.name]
    named = (("Image style", tags.style), ("Hard case", tags.hard_case))
    return tuple((name, readable(value)) for name, value in named if value)


def _gallery_url(session: Session, benchmark: Benchmark, pair: Pair, principal: Principal) -> str | None:
    reader = None if principal.visitor else principal
    is_newest = find_benchmark(session, benchmark.slug, principal=reader).id == benchmark.id
    return f"/gallery/{benchmark.slug}/{quote(pair.name, safe='')}" if is_newest else None


def _clips(
    session: Session,
    benchmark: Benchmark,
    pair: Pair,
    naming: Naming,
    sides: set[tuple[int, int]],
    principal: Principal,
) -> tuple[ClipCard, ...]:
    """Return the clips of the sides. If all matchups share a reference, the reference's clip is first."""
    cards = clip_cards(session, benchmark.slug, pair, principal=principal, shown=sides)
    ordered = sorted(cards, key=lambda card: (card.name != naming.reference, card.name))
    return tuple(replace(card, name=naming.side(card.name)) for card in ordered)


def _panels(
    session: Session, results: StudyResults, pair: Pair, rows: Iterable[ComparisonRow], naming: Naming
) -> tuple[Panel, ...]:
    votes = list(vote_rows(session, results.study, pair=pair.name))
    index_of = {each.name: index for index, each in enumerate(results.counted.sides)}
    return tuple(
        _panel(
            row,
            [vote for vote in votes if vote.matchup == row.matchup],
            matchup_url(results.study.slug, index_of[row.matchup]),
            naming,
        )
        for row in rows
    )


def _panel(row: ComparisonRow, votes: Sequence[VoteRow], url: str, naming: Naming) -> Panel:
    left_out = Counter(vote.status for vote in votes if vote.status not in COUNTED_STATUSES)
    not_counted = ", ".join(f"{left_out[status]} {status}" for status in VoteStatus if left_out[status])
    return Panel(
        name=f"{naming.side(row.reference)} against {naming.side(row.other)}",
        url=url,
        votes=sides_cell(row.votes_reference, row.votes_other),
        majority=majority_name(row, naming),
        lines=tuple(_line(vote, naming) for vote in votes if vote.status in COUNTED_STATUSES),
        not_counted=not_counted,
    )


def _line(vote: VoteRow, naming: Naming) -> VoteLine:
    reasons = [readable(reason) for reason in Justification if getattr(vote, reason)]
    return VoteLine(
        annotator=vote.annotator,
        chosen=naming.side(vote.chosen),
        reasons=", ".join(reasons),
        seconds="" if vote.decision_ms is None else f"{vote.decision_ms / 1000:.1f} s",
    )
