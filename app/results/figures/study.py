"""Draws a study's figures as files. Votes and names are the same as on the results page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app.database import Database
from app.errors import Conflict, Unavailable
from app.panels.side_names import Naming
from app.results.service import StudyResults, find_results
from app.security.identity import Principal
from benchmark.exports.figures.kinds import CannotDraw, FigureFormat, FigureName
from benchmark.exports.figures.names import FigureNames
from benchmark.exports.figures.study import study_figure
from benchmark.exports.figures.writer import figure_file

# Drawing takes up to a second, and only one thread draws at a time. If more requests waited, they would
# occupy threads that votes need.
MAX_CONCURRENT = 4
_SLOTS = threading.BoundedSemaphore(MAX_CONCURRENT)


def study_figure_file(
    database: Database, *, slug: str, principal: Principal, name: FigureName, file_format: FigureFormat
) -> bytes:
    """Return a figure of a study as a file.

    Raises:
        NotFound: the study does not exist, or its results are not visible to this person.
        Conflict: the figure cannot be drawn from the study's votes.
        Unavailable: too many figures are being drawn.
    """
    with database.read() as session:
        results = find_results(session, slug=slug, principal=principal)
        names = figure_names(session, results)
    with drawing():
        counted = results.counted
        figure = study_figure(
            name, counted.tallies, counted.matchups, results.rows, names, interim=results.is_interim
        )
        return figure_file(figure, file_format)


def figure_names(session: Session, results: StudyResults) -> FigureNames:
    """Return the display names of the study's sides, as on the results page."""
    naming = Naming.of(session, [row for row in results.rows if not row.is_average])
    sides = {side for matchup in results.counted.matchups for side in (matchup.reference, matchup.other)}
    return FigureNames(naming.reference, {side: naming.side(side) for side in sorted(sides)})


@contextmanager
def drawing() -> Iterator[None]:
    """Limit the number of requests that draw a figure or wait to draw a figure.

    Convert CannotDraw to Conflict.
    """
    if not _SLOTS.acquire(blocking=False):
        raise Unavailable("Too many figures are being drawn. Try again in a moment.")
    try:
        yield
    except CannotDraw as reason:
        raise Conflict(str(reason), code="cannot_draw") from reason
    finally:
        _SLOTS.release()
