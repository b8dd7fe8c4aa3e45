"""Reads the rows of the exported tables of automatic metrics: means, agreement with the votes, covariates."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.metrics.study_scores import study_scores
from app.results.service import StudyResults
from app.results.study_agreement import study_agreement
from app.security.identity import Principal
from benchmark.metrics.mean_rows import metric_mean_rows
from benchmark.protocol import TableName


def metric_rows(
    session: Session, results: StudyResults, table: TableName, principal: Principal
) -> Iterable[object]:
    """Return the rows of a table of metrics, for the sides that the reader may see.

    The tables that compare metrics with votes have rows only if the study is closed and its votes are not
    automatic.
    """
    scores = study_scores(session, results.study, principal)
    if table is TableName.METRICS:
        sides = [side for suite in scores.suites for side in suite.sides]
        return [row for side in sides for row in metric_mean_rows(side.table, side.side)]
    document = study_agreement(session, results, scores)
    if document is None:
        return []
    if table is TableName.METRIC_COVARIATES:
        return document.covariates.rows
    return [row for row in document.rows if row.comparisons]
