"""Writes the bundle of a study into a folder."""

from collections.abc import Callable
from pathlib import Path

from app.database import Database
from app.results.report import read_one_moment, report_contents
from app.results.service import find_results
from app.security.identity import Principal
from benchmark.exports.bundle.writing import STEPS, write_bundle
from benchmark.exports.figures.drawing import PaperFigure

__all__ = ["STEPS", "write_report"]


def write_report(
    database: Database,
    *,
    slug: str,
    principal: Principal,
    folder: Path,
    licence: str = "unknown",
    strips: tuple[PaperFigure, ...] = (),
    step: Callable[[], None] = lambda: None,
) -> None:
    """Write the bundle into an empty folder, everything of one moment.

    Args:
        step: called `STEPS` times, and once for each strip, as the work goes on.

    Raises:
        NotFound: there is no such study, or its results are not open to this person.
        Conflict: it is a draft, or nobody has voted.
    """
    with database.read() as session:
        read_one_moment(session)
        study = find_results(session, slug=slug, principal=principal).study
        write_bundle(report_contents(session, study, licence=licence, strips=strips), folder, step)
