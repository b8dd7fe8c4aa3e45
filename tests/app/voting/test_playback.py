"""Playback events: stored once, limited, and never part of a vote's transaction."""

from datetime import timedelta

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select, update

from app.clock import utc_now
from app.context import AppContext
from app.tables.playback import PlaybackEvent
from app.tables.voting import Assignment
from benchmark.wire.votes import MAX_PLAYBACK_BATCH, MAX_PLAYBACK_EVENTS
from tests.acting import Card, assign, refused, vote
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.cast import Cast, enter, set_the_stage
from tests.page_text import text_of

EVENTS = [
    {"clip": "left", "kind": "play", "at_ms": 3, "position_ms": 0},
    {"clip": "right", "kind": "play", "at_ms": 3, "position_ms": 0},
    {"clip": "left", "kind": "complete", "at_ms": 1010, "position_ms": 990},
]


def report(client: TestClient, card: Card, events: object = EVENTS, **changes: object) -> Response:
    body = {"view": 5, "first": 0, "events": events} | changes
    return client.post(f"/api/v1/assignments/{card['token']}/playback", json=body)


def stored(context: AppContext) -> list[tuple[int, int, str, str, int]]:
    with context.database.read() as session:
        rows = session.scalars(select(PlaybackEvent).order_by(PlaybackEvent.id))
        return [(row.view, row.number, row.clip, row.kind, row.at_ms) for row in rows]


def test_a_batch_is_stored_once_and_overlapping_batches_add_up(either_installation: AppContext) -> None:
    context = either_installation
    study = set_the_stage(context, pairs=1).open_study(others=["cinemo"])
    annotator = enter(client_of(context), study)
    card = assign(annotator, study)

    assert report(annotator, card, EVENTS[:2]).status_code == 204
    assert report(annotator, card, EVENTS).status_code == 204
    assert report(annotator, card, EVENTS[2:], first=2).status_code == 204
    assert report(annotator, card, EVENTS[:1], view=6).status_code == 204

    assert stored(context) == [
        (5, 0, "left", "play", 3),
        (5, 1, "right", "play", 3),
        (5, 2, "left", "complete", 1010),
        (6, 0, "left", "play", 3),
    ]


def test_events_arrive_after_the_vote_but_not_an_hour_later(
    client: TestClient, cast: Cast, context: AppContext
) -> None:
    study = cast.open_study(others=["cinemo"])
    annotator = enter(client, study)
    card = assign(annotator, study)
    assert vote(annotator, card["token"]).status_code == 201

    assert report(annotator, card).status_code == 204
    with context.database.write() as session:
        session.execute(update(Assignment).values(ended_at=utc_now() - timedelta(hours=2)))
    refused(report(annotator, card, view=7), 409, "assignment_ended")
    stranger = enter(client_of(context), study)
    refused(report(stranger, card), 404, "not_found")


BAD: list[tuple[object, dict[str, object]]] = [
    ([], {}),
    ([EVENTS[0]] * (MAX_PLAYBACK_BATCH + 1), {}),
    ([EVENTS[0] | {"kind": "stop"}], {}),
    ([EVENTS[0] | {"clip": "motif"}], {}),
    ([EVENTS[0] | {"at_ms": -1}], {}),
    ([EVENTS[0] | {"position_ms": 2**40}], {}),
    (EVENTS, {"view": 2**31}),
    (EVENTS, {"first": MAX_PLAYBACK_EVENTS}),
    (EVENTS, {"model": "motif"}),
]


def test_bad_events_are_refused_and_nothing_is_stored(
    client: TestClient, cast: Cast, context: AppContext
) -> None:
    study = cast.open_study(others=["cinemo"])
    annotator = enter(client, study)
    card = assign(annotator, study)

    for events, changes in BAD:
        refused(report(annotator, card, events, **changes), 422, "invalid_field")
    assert stored(context) == []


def test_an_assignment_has_a_limit_of_events(client: TestClient, cast: Cast, context: AppContext) -> None:
    study = cast.open_study(others=["cinemo"])
    annotator = enter(client, study)
    card = assign(annotator, study)
    batches = MAX_PLAYBACK_EVENTS // MAX_PLAYBACK_BATCH
    for view in range(batches):
        assert report(annotator, card, EVENTS[:1] * MAX_PLAYBACK_BATCH, view=view).status_code == 204

    refused(report(annotator, card, view=batches), 409, "too_many_events")
    assert len(stored(context)) == MAX_PLAYBACK_EVENTS
    assert vote(annotator, card["token"]).status_code == 201


def test_the_owner_exports_the_events_and_sees_them_in_the_history(
    client: TestClient, cast: Cast, context: AppContext
) -> None:
    study = cast.open_study(others=["cinemo"])
    annotator = enter(client, study)
    card = assign(annotator, study)
    report(annotator, card)
    report(annotator, card, EVENTS[:1], view=6)
    vote(annotator, card["token"])
    owner = signed_in(context, cast.alice)

    rows = owner.get(f"/api/v1/studies/{study.slug}/exports/playback.json").json()
    (item,) = owner.get(f"/api/v1/studies/{study.slug}/annotators/annotator-001/history").json()["items"]
    history = f"/studies/{study.slug}/annotators/annotator-001/history"
    page = text_of(owner.get(f"{history}/{item['id']}").text)

    assert [(row["view"], row["number"], row["clip"], row["kind"]) for row in rows] == [
        (5, 0, "left", "play"),
        (5, 1, "right", "play"),
        (5, 2, "left", "complete"),
        (6, 0, "left", "play"),
    ]
    assert [row["side"] for row in rows[:2]] == [item["left"], item["right"]]
    assert (rows[2]["annotator"], rows[2]["at_ms"], rows[2]["clip_ms"]) == ("annotator-001", 1010, 990)
    assert (item["left_completed"], item["right_completed"]) == (1, 0)
    assert "A 1×, B 0×" in text_of(owner.get(history).text)
    assert "A and B: played at 0.0 s of the clip" in page
    assert "1.0 s A: watched to the end Page opened again." in page
