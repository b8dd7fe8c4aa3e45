"""Workers of Mechanical Turk: link, preview and frame of a HIT, and the form that ends the HIT.

The link is the example of docs.aws.amazon.com/AWSMechTurk/latest/AWSMechanicalTurkRequester/
mturk-hits-defining-questions-html-rendered.html; preview and form follow .../AWSMturkAPI/
ApiReference_ExternalQuestionArticle.html. Both pages were read on 2026-11-30.
"""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from app.clock import utc_now
from app.context import AppContext
from app.platforms.handover import LIFETIME, handed_over, handover_token
from app.tables.platforms import PlatformSession
from benchmark.wire.phases import Phases
from tests.acting import assign, vote
from tests.app.api.conftest import client_of
from tests.cast import Cast, Study

LINK = {
    "hitId": "123RVWYBAZW00EXAMPLE",
    "assignmentId": "123RVWYBAZW00EXAMPLE456RVWYBAZW00EXAMPLE",
    "turkSubmitTo": "https://www.mturk.com/",
    "workerId": "AZ3456EXAMPLE",
}
IN_A_FRAME = {"Sec-Fetch-Dest": "iframe", "Accept": "text/html"}
ANCESTORS = "frame-ancestors https://www.mturk.com https://workersandbox.mturk.com"


@pytest.fixture
def study(cast: Cast) -> Study:
    study = cast.open_study(others=["cinemo"], comparisons_per_annotator=1, phases=Phases())
    owner = client_of(cast.context, cast.alice)
    sent = {"kind": "mturk", "completed": {"code": "D0NE"}}
    assert owner.put(f"/api/v1/studies/{study.slug}/platform", json=sent).status_code == 200
    return study


def join(client: TestClient, study: Study, *, follow: bool = True, **changes: str) -> Response:
    path, headers = f"/studies/{study.slug}/join", {}
    if changes.pop("frame", ""):
        headers = IN_A_FRAME
    return client.get(path, params=LINK | changes, headers=headers, follow_redirects=follow)


def joined(context: AppContext) -> list[str]:
    with context.database.read() as session:
        return list(session.scalars(select(PlatformSession.participant)))


def test_a_preview_stores_nothing(client: TestClient, context: AppContext, study: Study) -> None:
    preview = join(client, study, assignmentId="ASSIGNMENT_ID_NOT_AVAILABLE", workerId="", frame="yes")

    assert "Accept the HIT to begin" in preview.text
    assert ANCESTORS in preview.headers["content-security-policy"]
    assert joined(context) == []


@pytest.mark.parametrize(
    "server", ["", "https://www.mturk.com.example.org", "http://www.mturk.com", "javascript:alert(1)", "//"]
)
def test_only_the_servers_of_mechanical_turk_get_the_form(
    client: TestClient, context: AppContext, study: Study, server: str
) -> None:
    answer = join(client, study, turkSubmitTo=server)

    assert (answer.status_code, joined(context)) == (422, [])
    assert "names no server of Mechanical Turk" in answer.text


def test_the_last_page_sends_the_form_that_ends_the_hit(client: TestClient, study: Study) -> None:
    page = join(client, study, turkSubmitTo="https://workersandbox.mturk.com")
    assert page.url.path == f"/studies/{study.slug}/vote"
    assert "D0NE" not in page.text
    assert vote(client, assign(client, study)["token"]).status_code == 201

    finish = client.get(f"/studies/{study.slug}/vote")

    form = re.search(r'<form method="post" action="(https:[^"]+)"(.*?)</form>', finish.text, re.DOTALL)
    assert form is not None
    assert form[1] == "https://workersandbox.mturk.com/mturk/externalSubmit"
    fields = dict(re.findall(r'name="(\w+)" value="([^"]+)"', form[2]))
    assert fields == {"assignmentId": LINK["assignmentId"], "code": "D0NE"}
    assert "form-action 'self' https://www.mturk.com" in finish.headers["content-security-policy"]


def test_the_cookie_of_the_frame_is_only_for_frames(client: TestClient, study: Study) -> None:
    in_frame = join(client, study, frame="yes", follow=False).headers.get_list("set-cookie")
    as_page = client.get(
        f"/studies/{study.slug}/join",
        params=LINK,
        headers={"Sec-Fetch-Dest": "document"},
        follow_redirects=False,
    )

    assert [cookie.partition("=")[0] for cookie in in_frame] == ["ti2v_frame"]
    assert in_frame[0].endswith("; HttpOnly; Max-Age=2592000; Path=/; SameSite=None; Secure; Partitioned")
    cookies = as_page.headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["ti2v_session"]
    assert "samesite=lax" in cookies[0].lower()


def test_where_the_browser_blocks_cookies_the_study_opens_in_a_new_tab(
    client: TestClient, study: Study
) -> None:
    # This client sends no Secure cookie over http, like a browser that blocks cookies in frames.
    page = join(client, study, frame="yes")

    assert "Open the study in a new tab" in page.text
    assert ANCESTORS in page.headers["content-security-policy"]
    assert LINK["workerId"] not in str(page.url) + page.text
    (url,) = re.findall(r'href="(/studies/[^"]+/open)"', page.text)
    assert client.get(url).url.path == f"/studies/{study.slug}/vote"
    assert vote(client, assign(client, study)["token"]).status_code == 201


def test_a_cookie_that_the_browser_kept_leads_into_the_study(client: TestClient, study: Study) -> None:
    redirect = join(client, study, frame="yes", follow=False)
    cookie = redirect.headers["set-cookie"].partition(";")[0]

    page = client.get(redirect.headers["location"], headers=IN_A_FRAME | {"Cookie": cookie})
    kept = client.get(f"/studies/{study.slug}/vote", headers={"Cookie": cookie})

    assert page.history
    assert (kept.status_code, kept.url.path) == (200, f"/studies/{study.slug}/vote")
    assert ANCESTORS in kept.headers["content-security-policy"]


def test_other_studies_and_pages_are_never_framed(client: TestClient, cast: Cast, study: Study) -> None:
    other = cast.open_study("panel-study", others=["cinemo"], phases=Phases())
    owner = client_of(cast.context, cast.alice)
    owner.put(f"/api/v1/studies/{other.slug}/platform", json={"kind": "panel"})
    answers = [
        client.get(f"/studies/{other.slug}/join", params={"participant": "p-1"}, headers=IN_A_FRAME),
        client.get(f"/studies/{study.slug}/results", headers=IN_A_FRAME),
        client.get("/sign-in", headers=IN_A_FRAME),
    ]

    for answer in answers:
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "SameSite=None" not in answer.headers.get("set-cookie", "")


def test_a_handover_is_signed_and_ends(client: TestClient, context: AppContext, study: Study) -> None:
    now, key = utc_now(), context.settings.signing_key
    token = handover_token(key, annotator_id=7, now=now)
    annotator, expires, signature = token.split(".")

    assert handed_over(key, token, now=now) == 7
    for wrong in (f"8.{expires}.{signature}", f"{annotator}.{int(expires) + 1}.{signature}", "7", ""):
        assert handed_over(key, wrong, now=now) is None
    assert handed_over(key, token, now=now + LIFETIME + timedelta(seconds=1)) is None
    assert client.get(f"/studies/{study.slug}/frame/{token}").status_code == 404
    assert client.get(f"/studies/{study.slug}/frame/nothing/open").status_code == 422
