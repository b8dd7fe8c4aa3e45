"""A study's figures as files: the same votes and names as on the page, drawn for papers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app.database import Database
from app.errors import Conflict, Unavailable
from app.results.service import StudyResults, find_results
from app.results.views.names import Naming
from app.security.identity import Principal
from benchmark.exports.figures.kinds import CannotDraw, FigureFormat, FigureName
from benchmark.exports.figures.names import FigureNames
from benchmark.exports.figures.study import study_figure
from benchmark.exports.figures.writer import figure_file

# Drawing takes up to a second and one thread draws at a time. More who wait would take the threads that
# votes need.
MOST_WAITING = 4
_PLACES = threading.BoundedSemaphore(MOST_WAITING)


def study_figure_file(
    database: Database, *, slug: str, principal: Principal, name: FigureName, file_format: FigureFormat
) -> bytes:
    """Return a figure of a study as a file.

    Raises:
        NotFound: there is no such study, or its results are not open to this person.
        Conflict: its votes allow no such figure.
        Unavailable: too many are drawing.
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
    """Return what the results page calls the study's sides."""
    naming = Naming.of(session, [row for row in results.rows if not row.is_average])
    sides = {side for matchup in results.counted.matchups for side in (matchup.reference, matchup.other)}
    return FigureNames(naming.reference, {side: naming.side(side) for side in sorted(sides)})


@contextmanager
def drawing() -> Iterator[None]:
    """Take one of the few places to draw in, and say in our words why something cannot be drawn."""
    if not _PLACES.acquire(blocking=False):
        raise Unavailable("Others are drawing figures right now; try again in a moment.")
    try:
        yield
    except CannotDraw as reason:
        raise Conflict(str(reason), code="cannot_draw") from reason
    finally:
        _PLACES.release()
