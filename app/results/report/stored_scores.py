"""Writes the stored metric scores of a study's sides to files, for the study's report."""

from pathlib import Path

from sqlalchemy.orm import Session

from app.metrics.study_scores import study_scores
from app.security.identity import Principal
from app.tables.studies import Study
from benchmark.exports.metric_files import metric_table_bytes
from benchmark.protocol import MetricFormat, StudyStatus


def write_stored_scores(
    session: Session, study: Study, principal: Principal, folder: Path
) -> tuple[Path, ...]:
    """Write a file for each suite and side to an empty folder, in the format of `ti2v metrics --format json`.

    The files contain the scores of the clips that the study shows, but only of submissions that the reader
    may see. A study that is not closed gets no files, because only final votes are compared with metrics.
    """
    if study.status is not StudyStatus.CLOSED:
        return ()
    sides = [
        each
        for suite in study_scores(session, study, principal).suites
        for each in (*suite.sides, *([suite.static] if suite.static else []))
    ]
    paths = []
    for number, side in enumerate(sides):
        path = folder / f"{number:03}.json"
        path.write_bytes(metric_table_bytes(side.shown, side.side, MetricFormat.JSON))
        paths.append(path)
    return tuple(paths)
