"""Builds the page of one scenario: the results of each matchup, and the votes on each pair."""

from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.media.thumbnail_urls import TILE, thumbnail_url
from app.panels.side_names import Naming
from app.results.live.tallies import CountedStudy
from app.results.service import results_of
from app.results.urls import pair_url, results_url, scenario_url
from app.results.view_models import SideTitles
from app.results.views.figure_rows import Figure
from app.results.views.grids import HeatHeader
from app.results.views.names import readable, side_titles
from app.results.views.pair_list import majority_name
from app.results.views.rows import figure_of, matchup_facts
from app.results.views.vote_source import VoteSourceNote, vote_source_note
from app.tables.bench import Pair
from app.tables.studies import Study
from benchmark.exports.printed_cells import Spans, sides_cell
from benchmark.stats.breakdowns import Division, breakdown
from benchmark.stats.comparisons import ComparisonRow, comparisons
from benchmark.stats.conclusions import panel_warning, part_conclusion
from benchmark.stats.preferences import PreferenceRow, preferences


@dataclass(frozen=True)
class ComparisonResult:
    """The result of one comparison: its votes, printed as `4/1`, and the choice of the majority."""

    matchup: str
    votes: Spans
    majority: str


@dataclass(frozen=True)
class ScenarioPair:
    """One pair of the scenario with its results, one per matchup."""

    prompt: str
    url: str
    image_url: str
    image: str
    results: tuple[ComparisonResult, ...]


@dataclass(frozen=True)
class ScenarioPage:
    """View model of templates/results/scenario.html. `sentences` contains one sentence per matchup."""

    study_title: str
    results_url: str
    name: str
    lede: str
    is_interim: bool
    vote_source: VoteSourceNote | None
    sides: SideTitles
    figure: Figure
    sentences: tuple[str, ...]
    panel_warning: str | None
    pairs: tuple[ScenarioPair, ...]
    previous: HeatHeader | None
    next: HeatHeader | None


def scenario_page(session: Session, study: Study, scenario: str) -> ScenarioPage:
    """Return the page of a scenario.

    Raises:
        NotFound: the study has no comparison of this scenario.
    """
    results = results_of(session, study)
    scenarios = list(results.counted.tallies.scenarios)
    if scenario not in scenarios:
        raise NotFound("This study has no scenario with this name.")
    at = scenarios.index(scenario)
    here = _only(results.counted, at)
    rows = _rows_of(here)
    naming = Naming.of(session, results.rows)
    named = naming.named(here.matchups)
    parts = breakdown(here.tallies, named, Division.SCENARIO)
    return ScenarioPage(
        study_title=study.title,
        results_url=results_url(study.slug),
        name=readable(scenario),
        lede=_lede(here),
        is_interim=results.is_interim,
        vote_source=vote_source_note(session, results),
        sides=side_titles(naming),
        figure=figure_of(rows, naming=naming, facts=matchup_facts(here, results_url=results_url(study.slug))),
        sentences=tuple(part_conclusion(row, readable(scenario)) for row in parts),
        panel_warning=panel_warning(here.tallies, named),
        pairs=_pairs(session, study, here, naming),
        previous=_neighbour(study, scenarios, at - 1),
        next=_neighbour(study, scenarios, at + 1),
    )


def _only(counted: CountedStudy, scenario: int) -> CountedStudy:
    """Return the study's vote counts for the pairs of one scenario, for all matchups."""
    tallies = counted.tallies
    return replace(counted, tallies=tallies.select(np.flatnonzero(tallies.scenario == scenario)))


def _rows_of(here: CountedStudy) -> list[PreferenceRow]:
    """Return one row per matchup, without p-values; only a whole benchmark has p-values."""
    return [row for row in preferences(here.tallies, here.matchups, interim=True) if not row.is_average]


def _lede(here: CountedStudy) -> str:
    pairs, images = len(set(here.tallies.pair.tolist())), len(set(here.tallies.image.tolist()))
    return (
        f"{pairs} pair{'' if pairs == 1 else 's'} on {images} image{'' if images == 1 else 's'}. A "
        "single scenario is small, so it is not tested; the interval shows the uncertainty."
    )


def _pairs(session: Session, study: Study, here: CountedStudy, naming: Naming) -> tuple[ScenarioPair, ...]:
    by_pair: dict[str, list[ComparisonResult]] = {}
    for row in comparisons(here.tallies, here.matchups):
        by_pair.setdefault(row.pair, []).append(_result(row, naming))
    pairs = session.scalars(
        select(Pair)
        .where(Pair.benchmark_id == study.benchmark_id, Pair.name.in_(list(by_pair)))
        .order_by(Pair.position)
    )
    return tuple(
        ScenarioPair(
            prompt=pair.prompt,
            url=pair_url(study.slug, pair.name),
            image_url=thumbnail_url(pair.image_key, TILE),
            image=pair.image,
            results=tuple(by_pair[pair.name]),
        )
        for pair in pairs
    )


def _result(row: ComparisonRow, naming: Naming) -> ComparisonResult:
    return ComparisonResult(
        matchup=naming.matchup(row.reference, row.other),
        votes=sides_cell(row.votes_reference, row.votes_other),
        majority=majority_name(row, naming),
    )


def _neighbour(study: Study, scenarios: list[str], at: int) -> HeatHeader | None:
    if not 0 <= at < len(scenarios):
        return None
    return HeatHeader(readable(scenarios[at]), scenario_url(study.slug, scenarios[at]))
