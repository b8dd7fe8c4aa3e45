"""Builds the parts of results pages about automatic metrics: scores of sides, and agreement with votes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.metrics.cache import StampedCache
from app.metrics.study_scores import SuiteScores, study_scores
from app.metrics.view_models import SUITE_TITLES
from app.panels.side_names import Naming
from app.results.service import StudyResults
from app.security.identity import Principal
from benchmark.exports.metric_files import ARROWS, EMPTY_SCORE, NamedTable, metric_cells, metric_columns, note
from benchmark.metrics.metric import Metric
from benchmark.metrics.suites import SUITES
from benchmark.plurals import listed
from benchmark.protocol import Direction, SuiteName
from benchmark.stats.number_format import printed_number
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup
from benchmark.votes.metric_agreement import MetricAgreementRow, metric_agreement_rows

# The agreement of 12 metrics with 14,400 comparisons takes a second of processor time.
_AGREEMENTS: StampedCache["AgreementTable | None"] = StampedCache(64)


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

    `notes` state the settings, missing scores, and sides without scores.
    """

    suite: SuiteName
    sides: tuple[SideColumn, ...]
    lines: tuple[ScoreLine, ...]
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        return SUITE_TITLES[self.suite]

    @property
    def anchor(self) -> str:
        return f"metrics-{self.suite}"


@dataclass(frozen=True)
class AgreementLine:
    """The agreement of one metric with the votes, formatted."""

    title: str
    agreement: str
    interval: str
    comparisons: str
    prefers_static: str


@dataclass(frozen=True)
class AgreementGroup:
    """The metrics of one suite."""

    suite: str
    lines: tuple[AgreementLine, ...]


@dataclass(frozen=True)
class AgreementTable:
    """The agreement of each metric with the majority of the votes.

    `has_static` is true if static clips have scores. `has_marked` is true if, for some metric, neither high
    nor low scores are better.
    """

    groups: tuple[AgreementGroup, ...]
    has_static: bool
    has_marked: bool


@dataclass(frozen=True)
class MetricsPart:
    """The automatic metrics of a study. `agreement` is None until the study is closed.

    `figure_of` is the slug of the study, for the link to the figure of the agreement; None if the table
    covers only a part of the study.
    """

    suites: tuple[SuiteTable, ...]
    agreement: AgreementTable | None
    figure_of: str | None


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
    every = {side for each in results.counted.matchups for side in (each.reference, each.other)}
    wanted = set(sides) or every
    tables = tuple(_suite_table(each, naming, wanted) for each in scores.suites)
    tables = tuple(each for each in tables if each.sides)
    if not tables:
        return None
    agreement = None
    if not results.is_interim:
        compared = results.counted.tallies if tallies is None else tallies
        agreement = _AGREEMENTS.get(
            (str(session.get_bind().engine.url), results.study.id, tuple(sides)),
            (scores.stamp, _digest(compared)),
            lambda: _agreement(compared, results.counted.matchups, scores.suites),
        )
    return MetricsPart(tables, agreement, None if sides else results.study.slug)


def _digest(tallies: Tallies) -> str:
    """Return a digest of those values in the tallies that determine the agreement."""
    digest = hashlib.sha256()
    for column in (tallies.matchup, tallies.pair, tallies.lead):
        digest.update(column.tobytes())
    return digest.hexdigest()


def _suite_table(scores: SuiteScores, naming: Naming, wanted: set[str]) -> SuiteTable:
    sides = [each for each in scores.sides if each.side in wanted]
    sides.sort(key=lambda each: (each.side != naming.reference, each.side))
    if not sides:
        return SuiteTable(scores.suite, (), (), ())
    columns = [metric_cells(each.table) for each in sides]
    lines = tuple(
        ScoreLine(metric.title, ARROWS[metric.direction], cells)
        for metric, cells in zip(metric_columns(sides[0].table), zip(*columns, strict=True), strict=True)
        if any(cell != EMPTY_SCORE for cell in cells)
    )
    notes = [note([NamedTable(naming.side(each.side), each.table) for each in sides])]
    without = sorted(wanted - {each.side for each in sides} - set(scores.other_settings))
    if without:
        notes.append(f"No scores of {listed(list(map(naming.side, without)))}.")
    others = sorted(wanted & set(scores.other_settings))
    if others:
        notes.append(
            f"Left out: {listed(list(map(naming.side, others)))}, measured with other settings. Measure them "
            "again."
        )
    heads = tuple(SideColumn(naming.side(each.side), each.table.is_partial) for each in sides)
    return SuiteTable(scores.suite, heads, lines, tuple(notes))


def _agreement(
    tallies: Tallies, matchups: Sequence[Matchup], scores: Sequence[SuiteScores]
) -> AgreementTable | None:
    files = [file for each in scores for file in each.files]
    rows = [row for row in metric_agreement_rows(tallies, matchups, files) if row.comparisons]
    if not rows:
        return None
    return AgreementTable(
        groups=tuple(_agreement_group(suite, rows) for suite in dict.fromkeys(row.suite for row in rows)),
        has_static=any(row.static_clips for row in rows),
        has_marked=any(row.direction is Direction.NONE for row in rows),
    )


def _agreement_group(suite: str, rows: Sequence[MetricAgreementRow]) -> AgreementGroup:
    lines = tuple(_agreement_line(row) for row in rows if row.suite == suite)
    return AgreementGroup(SUITE_TITLES[SuiteName(suite)], lines)


def _agreement_line(row: MetricAgreementRow) -> AgreementLine:
    metric = _metric(row)
    mark = " *" if row.direction is Direction.NONE else ""
    low, high = row.ci_low, row.ci_high
    return AgreementLine(
        title=f"{metric.title}{mark}",
        agreement=_percent(row.accuracy),
        interval=EMPTY_SCORE if low is None or high is None else f"[{low:.1f}, {high:.1f}]",
        comparisons=f"{row.comparisons:,}",
        prefers_static=_percent(row.prefers_static),
    )


def _metric(row: MetricAgreementRow) -> Metric:
    metrics = {metric.name: metric for metric in SUITES[SuiteName(row.suite)].metrics}
    return metrics[row.metric]


def _percent(value: float | None) -> str:
    return EMPTY_SCORE if value is None else printed_number(value, 1)
