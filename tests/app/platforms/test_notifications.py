"""Prolific's notifications about its submissions: signatures, order and repeated events."""

import time

from sqlalchemy import select

from app.context import AppContext
from app.tables.phases import AnnotatorPhase
from benchmark.protocol import SessionStatus
from tests.acting import refused
from tests.app.platforms.test_join import Join, join, notify, owner, sessions, study
from tests.cast import Study

__all__ = ["join", "owner", "study"]


def test_notifications_count_once_and_in_the_order_of_their_times(
    join: Join, context: AppContext, study: Study
) -> None:
    join()
    now = int(time.time())

    assert notify(study, "APPROVED", at=now + 20).status_code == 204
    assert notify(study, "AWAITING REVIEW", at=now + 10).status_code == 204
    assert notify(study, "APPROVED", at=now + 20).status_code == 204
    assert notify(study, "SOMETHING NEW", at=now + 30).status_code == 204

    assert [row.status for row in sessions(context)] == [SessionStatus.APPROVED]


def test_an_event_counts_once_whatever_its_signature(join: Join, context: AppContext, study: Study) -> None:
    """docs.prolific.com/api-reference/webhooks/idempotency-and-the-x-event-id-header, read 2026-11-30."""
    now = int(time.time())
    join()
    notify(study, "RETURNED", at=now + 10, event_id="event-1")
    join()
    assert [row.status for row in sessions(context)] == [SessionStatus.ACTIVE]

    # Prolific sends the event again; then somebody repeats the request under another id.
    notify(study, "RETURNED", at=now + 60, event_id="event-1")
    notify(study, "RETURNED", at=now + 10, event_id="event-2", event_time=now + 60)

    assert [row.status for row in sessions(context)] == [SessionStatus.ACTIVE]


def test_the_time_of_an_event_orders_it(join: Join, context: AppContext, study: Study) -> None:
    """docs.prolific.com/api-reference/webhooks/handling-event-order-with-x-timestamp, read 2026-11-30."""
    now = int(time.time())
    join()

    notify(study, "SCREENED OUT", at=now + 20, event_time=now + 15, event_id="event-2")
    notify(study, "AWAITING REVIEW", at=now + 30, event_time=now + 10, event_id="event-1")

    assert [row.status for row in sessions(context)] == [SessionStatus.SCREENED_OUT]


def test_a_wrong_notification_changes_nothing(join: Join, context: AppContext, study: Study) -> None:
    join()

    refused(notify(study, "RETURNED", secret="another-secret-here"), 403, "bad_signature")
    refused(notify(study, "RETURNED", at="0"), 403, "bad_signature")
    refused(notify(study, "RETURNED", at="soon"), 403, "bad_signature")
    refused(notify(study, "RETURNED", event_type=7), 422, "invalid_field")
    refused(notify(study, "RETURNED", event_time="2026-11-30T12:00:00Z"), 422, "invalid_field")

    assert [row.status for row in sessions(context)] == [SessionStatus.ACTIVE]


def test_notifications_about_others_are_ignored(join: Join, context: AppContext, study: Study) -> None:
    join()

    assert notify(study, "RETURNED", participant_id="nobody").status_code == 204
    assert notify(study, "RETURNED", resource_id="an earlier submission").status_code == 204

    assert [row.status for row in sessions(context)] == [SessionStatus.ACTIVE]
    with context.database.read() as session:
        assert list(session.scalars(select(AnnotatorPhase))) == []
