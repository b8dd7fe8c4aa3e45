"""Builds results pages of the newest studies, and compiles all templates, shortly after the server starts.

The first request for a study's results page reads all votes of the study. The first request for each kind of
page compiles the page's templates. Without this module, the first reader would wait for both steps.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.context import AppContext
from app.results.view_builder import build_results_page
from app.security.identity import Principal
from app.tables.studies import Study
from benchmark.protocol import Role, StudyStatus

# Wait this long, so that the start of the server and the first requests are not slowed down.
DELAY_S = 1.0
# The pause after each template, so that requests run between two templates.
PAUSE_S = 0.005
MOST_STUDIES = 3
_READER = Principal(0, "visitor", Role.VIEWER)
log = logging.getLogger("ti2v.results")


@contextmanager
def preloaded_pages(context: AppContext, *, delay_s: float = DELAY_S) -> Iterator[None]:
    """Build the results pages and compile the templates in a thread during the `with` block.

    At the end of the block, wait until the current page or template is finished.
    """
    has_ended = threading.Event()
    thread = threading.Thread(
        target=_preload, args=(context, has_ended, delay_s), name="preload", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        has_ended.set()
        thread.join()


def _preload(context: AppContext, has_ended: threading.Event, delay_s: float) -> None:
    if has_ended.wait(delay_s):
        return
    try:
        with context.database.read() as session:
            for study in _newest_studies(session):
                if not has_ended.is_set():
                    context.pages.answer("results/results.html", build_results_page(session, study, _READER))
    except SQLAlchemyError:
        log.warning("the results pages were not built in advance", exc_info=True)
    for _template in context.pages.compiled_templates():
        if has_ended.wait(PAUSE_S):
            return


def _newest_studies(session: Session) -> list[Study]:
    return list(
        session.scalars(
            select(Study)
            .where(
                Study.status != StudyStatus.DRAFT,
                Study.is_preview.is_(False),
                Study.archived_at.is_(None),
                Study.deletes_at.is_(None),
            )
            .order_by(Study.opened_at.desc(), Study.id.desc())
            .limit(MOST_STUDIES)
        )
    )
