"""Draws the figure that compares automatic metrics with the votes. The results page uses the same scores."""

from app.database import Database
from app.metrics.study_scores import study_scores
from app.results.figures.study import drawing
from app.results.service import find_results
from app.results.study_agreement import no_agreement, study_agreement
from app.security.identity import Principal
from benchmark.exports.figures.kinds import CannotDraw, FigureFormat
from benchmark.exports.figures.metric_agreement import metric_agreement_figure
from benchmark.exports.figures.writer import figure_file


def agreement_figure_file(
    database: Database, *, slug: str, principal: Principal, file_format: FigureFormat
) -> bytes:
    """Return the figure `metric-agreement` of a study as a file.

    Raises:
        NotFound: the study does not exist, or its results are not visible to this person.
        Conflict: the study is not closed, its votes are automatic, or no side has scores that this person may
            see.
        Unavailable: too many figures are being drawn.
    """
    with database.read() as session:
        results = find_results(session, slug=slug, principal=principal)
        scores = study_scores(session, results.study, principal)
        document = study_agreement(session, results, scores)
    with drawing():
        if results.is_interim:
            raise CannotDraw("The study is not closed, so no metric is compared with its votes yet.")
        if reason := no_agreement(results):
            raise CannotDraw(reason)
        if document is None:
            raise CannotDraw(
                "No side of this study has scores of automatic metrics. Measure its submissions first."
            )
        return figure_file(metric_agreement_figure(document.rows), file_format)
