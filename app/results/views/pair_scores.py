"""Builds the table of a pair's metric scores, for the page of one pair in a study."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.metrics.study_scores import SideScores, SuiteScores, study_scores
from app.metrics.view_models import SUITE_TITLES
from app.panels.side_names import Naming
from app.security.identity import Principal
from app.tables.studies import Study
from benchmark.exports.metric_files import ARROWS, EMPTY_SCORE, printed_score
from benchmark.metrics.metric import Metric
from benchmark.metrics.suites import SUITES


@dataclass(frozen=True)
class PairScoreLine:
    """One metric. `cells` has the score of each side's clip; `better` is ↑, ↓ or empty."""

    title: str
    better: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class PairScoreTable:
    """The scores of a pair's clips in one suite. `refusals` has the reason for each clip without scores."""

    title: str
    anchor: str
    sides: tuple[str, ...]
    lines: tuple[PairScoreLine, ...]
    refusals: tuple[str, ...]


def pair_scores(
    session: Session, study: Study, pair: str, naming: Naming, principal: Principal
) -> tuple[PairScoreTable, ...]:
    """Return one table of scores for each suite of metrics that measured clips of the pair.

    Each table contains only the submissions that the reader may see.
    """
    found = (_table(suite, pair, naming) for suite in study_scores(session, study, principal).suites)
    return tuple(each for each in found if each.lines or each.refusals)


def _table(suite: SuiteScores, pair: str, naming: Naming) -> PairScoreTable:
    sides = sorted(suite.sides, key=lambda each: (each.side != naming.reference, each.side))
    lines = (_line(metric, sides, pair) for metric in SUITES[suite.suite].metrics)
    return PairScoreTable(
        title=SUITE_TITLES[suite.suite],
        anchor=f"metrics-{suite.suite}",
        sides=tuple(naming.side(each.side) for each in sides),
        lines=tuple(line for line in lines if any(cell != EMPTY_SCORE for cell in line.cells)),
        refusals=tuple(
            f"{naming.side(each.side)}: {reason}" for each in sides for reason in _refusals(each, pair)
        ),
    )


def _line(metric: Metric, sides: Sequence[SideScores], pair: str) -> PairScoreLine:
    scores = [each.file.scores[metric.name].get(pair) for each in sides]
    cells = tuple(printed_score(score, metric) for score in scores)
    return PairScoreLine(metric.title, ARROWS[metric.direction], cells)


def _refusals(side: SideScores, pair: str) -> list[str]:
    """Return the reasons why clips of the pair have no scores; equal reasons appear once."""
    clips = [clip for clip in side.shown.clips if clip.pair == pair]
    return list(dict.fromkeys(reason for clip in clips for reason in clip.refused.values()))
