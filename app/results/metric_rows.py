"""Reads the rows of the two exported tables of automatic metrics: means, and agreement with the votes."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.metrics.study_scores import study_scores
from app.results.service import StudyResults
from app.security.identity import Principal
from benchmark.metrics.mean_rows import metric_mean_rows
from benchmark.protocol import TableName
from benchmark.votes.metric_agreement import metric_agreement_rows


def metric_rows(
    session: Session, results: StudyResults, table: TableName, principal: Principal
) -> Iterable[object]:
    """Return the rows of a table of metrics, for the sides that the reader may see.

    Before a study closes, the table of agreement has no rows, because only final votes are compared with
    metrics.
    """
    suites = study_scores(session, results.study, principal).suites
    if table is TableName.METRICS:
        sides = [side for suite in suites for side in suite.sides]
        return [row for side in sides for row in metric_mean_rows(side.table, side.side)]
    if results.is_interim:
        return []
    files = [file for suite in suites for file in suite.files]
    counted = results.counted
    rows = metric_agreement_rows(counted.tallies, counted.matchups, files, by_scenario=True)
    return [row for row in rows if row.comparisons]
