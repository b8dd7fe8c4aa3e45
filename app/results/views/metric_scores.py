"""Builds the parts of results pages about automatic metrics: scores of sides, and agreement with votes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.metrics.study_scores import SideScores, StudyScores, SuiteScores, study_scores
from app.metrics.view_models import SUITE_TITLES
from app.panels.side_names import Naming
from app.results.service import StudyResults
from app.results.study_agreement import no_agreement, study_agreement
from app.results.urls import metrics_url
from app.results.views.metric_tables import AgreementTable, agreement_table
from app.security.identity import Principal
from benchmark.exports.metric_files import ARROWS, EMPTY_SCORE, NamedTable, metric_cells, metric_columns, note
from benchmark.metrics.table import MetricTable
from benchmark.plurals import listed
from benchmark.protocol import SuiteName
from benchmark.stats.tallies import Tallies


@dataclass(frozen=True)
class ScoreLine:
    """One metric of a suite. `cells` has the mean of each side; `better` is ↑, ↓ or empty."""

    title: str
    better: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class SideColumn:
    """The heading of a side's column."""

    name: str
    is_partial: bool


@dataclass(frozen=True)
class SuiteTable:
    """The scores of a study's sides in one suite.

    `votes` has the expected share of votes of each side; empty if no share is known. `notes` state the
    settings, missing scores, and sides without scores. If a page has several tables of one suite, `number`
    distinguishes the tables.
    """

    suite: SuiteName
    sides: tuple[SideColumn, ...]
    votes: tuple[str, ...]
    lines: tuple[ScoreLine, ...]
    notes: tuple[str, ...]
    number: int = 0

    @property
    def title(self) -> str:
        return SUITE_TITLES[self.suite]

    @property
    def anchor(self) -> str:
        return f"metrics-{self.suite}-{self.number}" if self.number else f"metrics-{self.suite}"


@dataclass(frozen=True)
class MetricsPart:
    """The automatic metrics of a study. `agreement` is None until the study is closed.

    `figure_of` is the slug of the study, for the link to the figure of the agreement. `url` is the URL of the
    page with all numbers. `figure_of` and `url` are None if the scores cover only a part of the study.
    `no_agreement` says why an automatic study has no agreement; it is empty for other studies.
    """

    suites: tuple[SuiteTable, ...]
    agreement: AgreementTable | None
    figure_of: str | None
    url: str | None
    no_agreement: str


def metrics_part(
    session: Session,
    results: StudyResults,
    naming: Naming,
    principal: Principal,
    *,
    sides: Sequence[str] = (),
    tallies: Tallies | None = None,
) -> MetricsPart | None:
    """Return the metrics of a study that the reader may see; None if no side was measured.

    Args:
        sides: the sides to show; by default all sides of the study.
        tallies: the votes with which the metrics are compared; by default the votes of the whole study.
    """
    scores = study_scores(session, results.study, principal)
    tables = suite_tables(scores, naming, sides or sides_of(results))
    if not tables:
        return None
    document = study_agreement(session, results, scores, part=tuple(sides) or None, tallies=tallies)
    slug = None if sides else results.study.slug
    url = metrics_url(slug) if slug else None
    return MetricsPart(tables, agreement_table(document), slug, url, no_agreement(results))


def sides_of(results: StudyResults) -> list[str]:
    """Return the sides of the study's matchups; the common reference comes first."""
    matchups = results.counted.matchups
    every = {side for each in matchups for side in (each.reference, each.other)}
    references = {each.reference for each in matchups}
    return sorted(every, key=lambda side: (references != {side}, side))


def suite_tables(
    scores: StudyScores, naming: Naming, sides: Sequence[str], votes: Mapping[str, str] | None = None
) -> tuple[SuiteTable, ...]:
    """Return a table for each suite that measured some of these sides, with one column per measured side.

    Args:
        sides: the sides in the order of the columns.
        votes: the formatted share of votes of each side, for a line above the metrics.
    """
    tables = (_suite_table(each, naming, sides, votes or {}) for each in scores.suites)
    return tuple(each for each in tables if each.sides)


def _suite_table(
    scores: SuiteScores, naming: Naming, wanted: Sequence[str], votes: Mapping[str, str]
) -> SuiteTable:
    known = {each.side: each for each in scores.sides}
    sides = [known[side] for side in wanted if side in known]
    if not sides:
        return SuiteTable(scores.suite, (), (), (), ())
    notes = [note([NamedTable(naming.side(each.side), each.table) for each in sides])]
    without = sorted(set(wanted) - known.keys() - set(scores.other_settings))
    if without:
        notes.append(f"No scores of {listed(list(map(naming.side, without)))}.")
    others = sorted(set(wanted) & set(scores.other_settings))
    if others:
        notes.append(
            f"Left out: {listed(list(map(naming.side, others)))}, measured with other settings. Measure them "
            "again."
        )
    notes += _seeds(sides, naming)
    return SuiteTable(
        suite=scores.suite,
        sides=tuple(SideColumn(naming.side(each.side), each.table.is_partial) for each in sides),
        votes=tuple(votes.get(each.side, EMPTY_SCORE) for each in sides) if votes else (),
        lines=score_lines([each.table for each in sides]),
        notes=tuple(notes),
    )


def score_lines(tables: Sequence[MetricTable]) -> tuple[ScoreLine, ...]:
    """Return a line for each metric with a score in at least one table; each table is one column."""
    columns = [metric_cells(table) for table in tables]
    return tuple(
        ScoreLine(metric.title, ARROWS[metric.direction], cells)
        for metric, cells in zip(metric_columns(tables[0]), zip(*columns, strict=True), strict=True)
        if any(cell != EMPTY_SCORE for cell in cells)
    )


def _seeds(sides: Sequence[SideScores], naming: Naming) -> list[str]:
    """Return a sentence with the seeds of the shown clips; empty if each side has clips of one seed only."""
    several = [each for each in sides if len({clip.seed for clip in each.table.clips}) > 1]
    if not several:
        return []
    shown = []
    for each in several:
        seeds = sorted({clip.seed for clip in each.shown.clips})
        shown.append(f"{naming.side(each.side)} with seed {listed(list(map(str, seeds)))}")
    return [
        f"The means are over all seeds. Annotators saw {listed(shown)}; votes are compared with these clips."
    ]
