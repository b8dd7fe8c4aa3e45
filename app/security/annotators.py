"""Creates annotators, and connects browsers with annotators."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.tables.people import Annotator, AnnotatorBrowser, BrowserSession
from app.tables.studies import Study
from benchmark.protocol import AnnotatorKind


def new_annotator(session: Session, *, study_id: int, kind: AnnotatorKind, now: datetime) -> Annotator:
    """Create an annotator with the next free pseudonym of the annotator's kind, such as `annotator-007`.

    A participant of a study that runs as a pilot becomes a pilot annotator.
    """
    # The lock prevents two concurrent first visits from getting the same number.
    is_pilot = session.execute(
        select(Study.is_pilot).where(Study.id == study_id).with_for_update(key_share=True)
    ).scalar_one()
    if is_pilot and kind is AnnotatorKind.PARTICIPANT:
        kind = AnnotatorKind.PILOT
    name = "annotator" if kind is AnnotatorKind.PARTICIPANT else kind.value
    # The end of a pilot changes the kind of some annotators, but not their pseudonyms.
    number = session.execute(
        select(func.count()).where(Annotator.study_id == study_id, Annotator.pseudonym.startswith(f"{name}-"))
    ).scalar_one()
    annotator = Annotator(study_id=study_id, kind=kind, pseudonym=f"{name}-{number + 1:03d}", created_at=now)
    session.add(annotator)
    session.flush()
    return annotator


def connect_browser(session: Session, *, browser: BrowserSession, annotator: Annotator) -> None:
    """Let a browser act as an annotator. In each study, a browser acts as one annotator only."""
    of_this_study = select(Annotator.id).where(Annotator.study_id == annotator.study_id)
    session.execute(
        delete(AnnotatorBrowser).where(
            AnnotatorBrowser.browser_session_id == browser.id,
            AnnotatorBrowser.annotator_id != annotator.id,
            AnnotatorBrowser.annotator_id.in_(of_this_study),
        )
    )
    connection = session.get(AnnotatorBrowser, (browser.id, annotator.id))
    if connection is None:
        session.add(AnnotatorBrowser(browser_session_id=browser.id, annotator_id=annotator.id))
    else:
        connection.replaced_at = None
    session.flush()


def disconnect_other_browsers(
    session: Session, *, browser: BrowserSession, annotator: Annotator, now: datetime
) -> None:
    """Let only this browser act as an annotator.

    The annotator's other browsers then show a page which says that the annotator continued in another
    browser.
    """
    session.execute(
        update(AnnotatorBrowser)
        .where(
            AnnotatorBrowser.annotator_id == annotator.id,
            AnnotatorBrowser.browser_session_id != browser.id,
            AnnotatorBrowser.replaced_at.is_(None),
        )
        .values(replaced_at=now)
    )
