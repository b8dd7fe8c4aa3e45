"""The playback events of a quiz question, as reported by the page."""

from playwright.sync_api import Page
from sqlalchemy import select

from app.tables.playback import PlaybackEvent
from app.tables.voting import Assignment
from tests.browser.polling import poll
from tests.cast import Study


def playback_of(study: Study, token: str) -> list[tuple[str, str]]:
    """Return the reported playback events of a question, in order."""
    with study.context.database.read() as session:
        query = select(PlaybackEvent).join(Assignment, Assignment.id == PlaybackEvent.assignment_id)
        events = session.scalars(query.where(Assignment.token == token).order_by(PlaybackEvent.number))
        return [(event.clip.value, event.kind.value) for event in events]


def wait_for_playback(
    page: Page, study: Study, token: str, *wanted: tuple[str, str]
) -> list[tuple[str, str]]:
    """Wait until all `wanted` events are in the database; return all events."""

    def _sent() -> list[tuple[str, str]]:
        page.evaluate("dispatchEvent(new Event('pagehide'))")  # the page sends its events when it closes
        return playback_of(study, token)

    return poll(page, _sent, until=set(wanted).issubset)
