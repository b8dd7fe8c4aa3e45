"""Participants of crowd platforms: the link, the ids, and completion codes.

The examples of links follow the platforms' own documentation: docs.prolific.com/api-reference/studies
(external_study_url) and docs.aws.amazon.com/AWSMechTurk (ExternalQuestion), read 2026-11-30.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select, update

from app.context import AppContext
from app.platforms.links import link_template
from app.tables.audit import AuditEvent
from app.tables.people import Annotator
from app.tables.platforms import PlatformSession
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from benchmark.protocol import SessionStatus
from benchmark.wire.phases import Phases
from benchmark.wire.platforms import Platform
from tests.acting import assign, refused, vote
from tests.app.api.conftest import client_of
from tests.cast import Cast, Study

PID = "5f9b1c2d3e4f5a6b7c8d9e0f"
LINK = {"PROLIFIC_PID": PID, "STUDY_ID": "60aa00000000000000000001", "SESSION_ID": "60bb1"}
SECRET = "a-secret-of-prolific"
PROLIFIC = {
    "kind": "prolific",
    "study_id": LINK["STUDY_ID"],
    "webhook_secret": SECRET,
    "completed": {"code": "D0NE", "url": "https://app.prolific.com/submissions/complete?cc={code}"},
    "full": {"code": "FULLFULL"},
}
Join = Callable[..., Response]


@pytest.fixture
def study(cast: Cast) -> Study:
    return cast.open_study(others=["cinemo"], comparisons_per_annotator=1, phases=Phases())


@pytest.fixture
def owner(cast: Cast, study: Study) -> TestClient:
    owner = client_of(cast.context, cast.alice)
    set_platform(owner, study, **PROLIFIC)
    return owner


@pytest.fixture
def join(client: TestClient, study: Study, owner: TestClient) -> Join:
    def _join(browser: TestClient = client, **changes: str) -> Response:
        return browser.get(f"/studies/{study.slug}/join", params=LINK | changes)

    return _join


def set_platform(owner: TestClient, study: Study, **fields: object) -> None:
    answer = owner.put(f"/api/v1/studies/{study.slug}/platform", json=fields)
    assert answer.status_code == 200, answer.text


def sessions(context: AppContext) -> list[PlatformSession]:
    with context.database.read() as session:
        return list(session.scalars(select(PlatformSession)))


def notify(study: Study, status: str, **changes: object) -> Response:
    """Send a notification as Prolific does: docs.prolific.com/api-reference/webhooks/verifying."""
    at = str(changes.pop("at", int(time.time())))
    secret = str(changes.pop("secret", SECRET))
    more = {"X-Event-ID": changes.pop("event_id", None), "X-Timestamp": changes.pop("event_time", None)}
    event = {
        "resource_id": LINK["SESSION_ID"],
        "event_type": "submission.status.change",
        "participant_id": PID,
        "status": status,
    } | changes
    body = json.dumps(event)
    digest = hmac.new(secret.encode(), str.encode(at + body), hashlib.sha256).digest()
    return client_of(study.context).post(
        f"/api/v1/studies/{study.slug}/platform/events",
        content=body,
        headers={
            "X-Prolific-Request-Signature": base64.b64encode(digest).decode(),
            "X-Prolific-Request-Timestamp": at,
            "Content-Type": "application/json",
        }
        | {name: str(value) for name, value in more.items() if value is not None},
    )


def test_a_participant_joins_votes_and_returns_with_the_code(
    join: Join, client: TestClient, study: Study
) -> None:
    page = join()
    assert page.url.path == f"/studies/{study.slug}/vote"
    assert PID not in str(page.url) + page.text
    assignment = assign(client, study)
    # No response before the last vote contains the code.
    before = [page.text, str(assignment), client.get(f"/studies/{study.slug}/phases/finish").text]
    assert not [text for text in before if "D0NE" in text]

    assert vote(client, assignment["token"]).status_code == 201
    finish = client.get(f"/studies/{study.slug}/vote")

    assert 'href="https://app.prolific.com/submissions/complete?cc=D0NE"' in finish.text


def another(client: TestClient) -> TestClient:
    return TestClient(client.app, base_url="http://testserver")


def test_a_participant_is_the_same_annotator_in_another_browser(
    join: Join, context: AppContext, client: TestClient, study: Study
) -> None:
    join()
    token = assign(client, study)["token"]
    second = another(client)

    join(second, SESSION_ID="60bb2")

    assert assign(second, study)["token"] == token
    assert [(row.participant, row.session) for row in sessions(context)] == [(PID, "60bb2")]


def test_a_participant_continues_in_one_browser_at_a_time(
    join: Join, client: TestClient, study: Study
) -> None:
    join()
    token = assign(client, study)["token"]
    second = another(client)
    join(second)

    page = client.get(f"/studies/{study.slug}/vote", headers={"Accept": "text/html"})

    german = client.get(
        f"/studies/{study.slug}/vote", headers={"Accept": "text/html", "Accept-Language": "de"}
    )

    assert (page.status_code, "The study is open in another browser" in page.text) == (401, True)
    assert "Die Studie ist in einem anderen Browser geöffnet" in german.text
    refused(client.post(f"/api/v1/studies/{study.slug}/assignments"), 401, "other_browser")
    refused(vote(client, token), 401, "other_browser")
    # The link on the platform brings the participant back.
    assert join().url.path == f"/studies/{study.slug}/vote"
    assert vote(client, token).status_code == 201
    assert second.get(f"/studies/{study.slug}/phases").status_code == 401


def test_external_ids_are_in_one_table_only(
    join: Join, context: AppContext, owner: TestClient, client: TestClient, study: Study
) -> None:
    join()
    vote(client, assign(client, study)["token"])

    exported = owner.get(f"/api/v1/studies/{study.slug}/exports/votes.csv").text
    listed = owner.get(f"/api/v1/studies/{study.slug}/annotators").text
    with context.database.read() as session:
        names = list(session.scalars(select(Annotator.pseudonym)))
        audited = json.dumps([row.details for row in session.scalars(select(AuditEvent))])
    assert names == ["annotator-001"]
    assert not [text for text in (exported, listed, audited) if PID in text or "D0NE" in text]


def test_withdrawing_deletes_the_ids(
    join: Join, context: AppContext, client: TestClient, study: Study
) -> None:
    join()
    assert len(sessions(context)) == 1

    client.post(f"/studies/{study.slug}/withdraw")

    assert sessions(context) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"PROLIFIC_PID": ""}, "The link has no usable id of a participant."),
        ({"PROLIFIC_PID": "<script>"}, "The link has no usable id of a participant."),
        ({"SESSION_ID": "x" * 256}, "The link has no usable id of a participant."),
        ({"STUDY_ID": "60aa00000000000000000002"}, "This link belongs to another study."),
    ],
)
def test_a_wrong_link_is_explained_and_nothing_is_stored(
    join: Join, context: AppContext, changes: dict[str, str], sentence: str
) -> None:
    answer = join(**changes)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert sessions(context) == []


def test_a_full_study_shows_its_code_and_stores_nothing(join: Join, context: AppContext) -> None:
    with context.database.write() as session:
        session.execute(update(StudyRow).values(unfilled_comparisons=0))

    page = join()

    assert "The study is full" in page.text
    assert 'value="FULLFULL"' in page.text
    assert sessions(context) == []


def test_a_closed_study_says_so_and_shows_the_code(
    join: Join, context: AppContext, owner: TestClient, study: Study
) -> None:
    assert owner.post(f"/api/v1/studies/{study.slug}/close").status_code == 200

    page = join()

    assert "The study has ended" in page.text
    assert 'value="FULLFULL"' in page.text
    assert sessions(context) == []


def test_studies_of_a_group_exclude_each_others_participants(
    join: Join, context: AppContext, cast: Cast, client: TestClient, owner: TestClient, study: Study
) -> None:
    other = cast.open_study("other-study", others=["cinemo"], phases=Phases())
    set_platform(owner, study, **PROLIFIC, exclusion_group="motif-2026")
    set_platform(owner, other, **PROLIFIC, exclusion_group="motif-2026")
    join()

    page = client.get(f"/studies/{other.slug}/join", params=LINK)

    assert "You took part in a related study" in page.text
    assert 'value="FULLFULL"' in page.text
    assert len(sessions(context)) == 1
    set_platform(owner, other, **PROLIFIC, exclusion_group="another")
    assert client.get(f"/studies/{other.slug}/join", params=LINK).url.path == f"/studies/{other.slug}/vote"


def test_a_last_page_without_questions_returns_to_the_platform_immediately(
    client: TestClient, cast: Cast, study: Study
) -> None:
    phases = Phases.model_validate({"finish": {"comment": False}})
    quick = cast.open_study("quick-study", others=["cinemo"], comparisons_per_annotator=1, phases=phases)
    set_platform(client_of(cast.context, cast.alice), quick, **PROLIFIC)
    client.get(f"/studies/{quick.slug}/join", params=LINK)
    assert vote(client, assign(client, quick)["token"]).status_code == 201

    finish = client.get(f"/studies/{quick.slug}/vote")

    refresh = 'http-equiv="refresh" content="0;url=https://app.prolific.com/submissions/complete?cc=D0NE"'
    assert refresh in finish.text
    assert 'data-module="countdown"' not in finish.text


def test_a_paused_study_stores_nothing(
    join: Join, context: AppContext, owner: TestClient, study: Study
) -> None:
    owner.post(f"/api/v1/studies/{study.slug}/pause")

    assert "The study is not open" in join().text
    assert sessions(context) == []


def test_a_study_without_a_platform_has_no_join_link(client: TestClient, study: Study) -> None:
    assert client.get(f"/studies/{study.slug}/join", params=LINK).status_code == 404
    assert client.get("/studies/nowhere/join", params=LINK).status_code == 404


def test_a_platform_needs_phases(cast: Cast, study: Study) -> None:
    plain = cast.open_study("plain", others=["cinemo"])
    owner = client_of(cast.context, cast.alice)

    answer = owner.put(f"/api/v1/studies/{plain.slug}/platform", json={"kind": "prolific"})

    refused(answer, 409, "no_phases")


def test_only_the_owner_reads_the_codes(owner: TestClient, cast: Cast, study: Study) -> None:
    path = f"/api/v1/studies/{study.slug}/platform"

    assert owner.get(path).json()["completed"]["code"] == "D0NE"
    assert client_of(cast.context, cast.charlie).get(path).status_code == 404


def test_the_owner_gives_the_platform_a_link_with_its_placeholders() -> None:
    """docs.prolific.com/api-reference/studies/the-study-object, read 2026-11-30."""

    def link(**fields: str) -> str:
        return link_template(Platform.model_validate(fields), "https://example.org/join").partition("/join")[
            2
        ]

    assert link(kind="prolific") == (
        "?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"
    )
    assert link(kind="mturk") == ""
    assert link(kind="panel", participant_parameter="pid") == "?pid=PARTICIPANT&session=SESSION"


@pytest.mark.parametrize("status", ["RETURNED", "TIMED-OUT"])
def test_a_submission_that_is_given_up_frees_its_slot_at_once(
    join: Join, context: AppContext, client: TestClient, study: Study, status: str
) -> None:
    join()
    token = assign(client, study)["token"]

    assert notify(study, status).status_code == 204

    with context.database.read() as session:
        assert set(session.scalars(select(Comparison.slots_taken))) == {0}
    refused(vote(client, token), 409, "matchup_closed")
    assert join().url.path == f"/studies/{study.slug}/vote"
    assert [row.status for row in sessions(context)] == [SessionStatus.ACTIVE]
