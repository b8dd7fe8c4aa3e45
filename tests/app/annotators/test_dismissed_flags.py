"""Flags are dismissed with a reason and restored: on the pages, over REST and on the command line."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.dashboard.flags import study_flags
from app.tables.audit import AuditEvent
from app.tables.studies import Study as StudyRow
from benchmark.protocol import Side, VoteStatus
from benchmark.wire.drafts import GoldRequest
from tests.acting import refused
from tests.app.annotators.people import FIRST, People
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.app.voting.test_gold import with_gold
from tests.cast import Cast
from tests.page_text import text_of

PAGE = f"/studies/motif-study/annotators/{FIRST}"
ADDRESS = f"/api/v1{PAGE}"
DISMISSAL = f"{ADDRESS}/flags/fails_gold/dismissal"


@pytest.fixture
def people(cast: Cast) -> People:
    """One annotator, who answers three gold questions incorrectly."""
    study = with_gold(cast).open_study(others=["cinemo"], gold=GoldRequest(share=1 / 2))
    people = People(cast, study)
    people.comes(votes=6, opinion=lambda _: Side.OTHER)
    return people


@pytest.fixture
def alice(people: People) -> TestClient:
    return signed_in(people.cast.context, people.cast.alice)


def flagged(cast: Cast) -> list[str]:
    """Return the annotators whom the dashboard names."""
    with cast.context.database.read() as session:
        study = session.scalars(select(StudyRow)).one()
        return [each.name for each in study_flags(session, study).annotators]


def events(cast: Cast) -> list[tuple[str, str, object]]:
    with cast.context.database.read() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("flag.")))
        return [(row.action, row.actor, row.details) for row in rows]


def test_a_dismissed_flag_leaves_the_lists_and_can_be_restored(people: People, alice: TestClient) -> None:
    assert flagged(people.cast) == [FIRST]

    page = alice.post(f"{PAGE}/flags/fails_gold/dismiss", data={"reason": "left-handed, asked"})

    assert "Dismissed by alice: “left-handed, asked”" in text_of(page.text)
    assert flagged(people.cast) == []
    assert "no flags" in text_of(alice.get("/studies/motif-study/annotators").text)
    assert VoteStatus.EXCLUDED not in people.statuses(FIRST)
    alice.post(f"{PAGE}/flags/fails_gold/restore")
    assert flagged(people.cast) == [FIRST]
    assert events(people.cast) == [
        ("flag.dismiss", "alice", {"annotator": FIRST, "flag": "fails_gold"}),
        ("flag.restore", "alice", {"annotator": FIRST, "flag": "fails_gold"}),
    ]


def test_a_reason_is_needed_and_what_was_typed_is_kept(people: People, alice: TestClient) -> None:
    empty = alice.post(f"{PAGE}/flags/fails_gold/dismiss", data={"reason": " "})
    long = alice.post(f"{PAGE}/flags/fails_gold/dismiss", data={"reason": "x" * 401})

    assert (empty.status_code, long.status_code) == (422, 422)
    assert "Enter a reason." in text_of(empty.text)
    assert "x" * 401 in long.text
    assert flagged(people.cast) == [FIRST]


def test_the_same_over_rest(people: People) -> None:
    client = client_of(people.cast.context, people.cast.alice)

    first = client.put(DISMISSAL, json={"reason": "asked"})
    again = client.put(DISMISSAL, json={"reason": "another reason"})

    assert first.status_code == 200
    assert first.json() == again.json()
    assert (first.json()["flag"], first.json()["reason"]) == ("fails_gold", "asked")
    (annotator,) = client.get("/api/v1/studies/motif-study/annotators").json()["annotators"]
    assert annotator["flags"] == ["fails_gold"]
    assert annotator["dismissed_flags"] == [first.json()]
    assert client.delete(DISMISSAL).status_code == client.delete(DISMISSAL).status_code == 204
    assert len(events(people.cast)) == 2
    refused(client.put(f"{ADDRESS}/flags/fast/dismissal", json={"reason": "x"}), 409, "flag_absent")
    bob = client_of(people.cast.context, people.cast.bob)
    refused(bob.put(DISMISSAL, json={"reason": "x"}), 404, "not_found")
    refused(bob.delete(DISMISSAL), 404, "not_found")
