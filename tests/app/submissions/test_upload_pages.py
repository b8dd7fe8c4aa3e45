"""The pages that create a submission and match its file names with pairs."""

import html
import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.tables.submissions import Submission, VideoModel
from benchmark.protocol import Role, SubmissionStatus
from tests.app.results.page_voters import signed_in
from tests.cast import BENCHMARK, PAIR_IDS, Cast, make_actor, make_submission, small_clip
from tests.page_text import text_of

NEW = "/submissions/new"


@pytest.fixture
def alice(cast: Cast) -> TestClient:
    return signed_in(cast.context, cast.alice)


def open_one(alice: TestClient, **changes: str) -> str:
    fields = {"benchmark": BENCHMARK, "model": "newcomer", "name": "Newcomer", "label": ""} | changes
    answer = alice.post(NEW, data=fields, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].split("/")[2]


def submission(cast: Cast, public_id: str) -> Submission:
    with cast.context.database.read() as session:
        return session.scalars(select(Submission).where(Submission.public_id == public_id)).one()


def model_name(cast: Cast) -> str:
    with cast.context.database.read() as session:
        return session.scalars(select(VideoModel.name).where(VideoModel.slug == "newcomer")).one()


def test_a_new_model_is_registered_with_its_submission(cast: Cast, alice: TestClient) -> None:
    public_id = open_one(alice)

    assert submission(cast, public_id).status is SubmissionStatus.OPEN
    with cast.context.database.read() as session:
        assert (
            session.scalars(select(VideoModel.name).where(VideoModel.slug == "newcomer")).one() == "Newcomer"
        )
    assert "0 of 6 clips stored" in text_of(alice.get(f"/submissions/{public_id}/upload").text)


def test_missing_clips_can_be_requested_from_workers(cast: Cast, alice: TestClient) -> None:
    page = alice.get(f"/submissions/{open_one(alice, label='first')}/upload").text

    link = re.search(r'href="(/jobs[^"]*)"', page.split("Upload the missing clips here")[1])
    assert link is not None
    form = alice.get(html.unescape(link[1])).text
    assert re.search(r'value="newcomer"\s+selected', form)
    assert 'value="first"' in form


def test_the_same_fields_continue_an_open_submission(cast: Cast, alice: TestClient) -> None:
    assert open_one(alice) == open_one(alice, name="")
    with cast.context.database.read() as session:
        assert (
            session.scalars(select(VideoModel.name).where(VideoModel.slug == "newcomer")).one() == "Newcomer"
        )


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"model": "New Comer"}, 422, "lower-case letters, digits"),
        ({"label": "a b"}, 422, "at most 64 letters, digits"),
        ({"benchmark": ""}, 422, "Choose a benchmark."),
        ({"benchmark": "no-such"}, 404, "There is no such benchmark"),
        ({"name": "a\nb"}, 422, "Line breaks"),
        ({"model": "motif"}, 409, "choose another label"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(
    cast: Cast, alice: TestClient, change: dict[str, str], status: int, message: str
) -> None:
    fields = {"benchmark": BENCHMARK, "model": "newcomer", "name": "Newcomer", "label": "first"} | change
    if change.get("model") == "motif":
        fields["label"] = ""
    answer = alice.post(NEW, data=fields)

    assert answer.status_code == status
    assert message in text_of(answer.text)
    with cast.context.database.read() as session:
        assert session.scalars(select(VideoModel).where(VideoModel.slug == "newcomer")).all() == []


def test_only_the_owner_and_admins_upload(cast: Cast, alice: TestClient, client: TestClient) -> None:
    public_id = open_one(alice)
    bob, ada = signed_in(cast.context, cast.bob), signed_in(cast.context, cast.ada)
    viewer = signed_in(cast.context, make_actor(cast.context, "victor", Role.VIEWER))

    for address in (f"/submissions/{public_id}/upload", f"/submissions/{public_id}/state"):
        assert [each.get(address).status_code for each in (bob, ada, viewer, client)] == [404, 200, 403, 401]
    names = {"names": ["a.mp4"]}
    address = f"/submissions/{public_id}/names"
    assert [each.post(address, json=names).status_code for each in (bob, ada, viewer, client)] == [
        404,
        200,
        403,
        401,
    ]


def test_files_are_matched_like_on_the_command_line(cast: Cast, alice: TestClient) -> None:
    public_id = open_one(alice)
    first, second, third = PAIR_IDS[:3]
    stored = small_clip(shade=3)
    assert alice.put(f"/api/v1/submissions/{public_id}/clips/{first}", content=stored).status_code == 201

    found = alice.post(
        f"/submissions/{public_id}/names",
        json={
            "names": [
                f"{first}.mp4",
                f"{second}_3.MP4",
                f"{third}.mp4",
                f"{third}_0.mov",
                "unknown.mp4",
                "._hidden.mp4",
                f"{PAIR_IDS[3]}.webm",
                "notes.txt",
            ]
        },
    ).json()

    assert [(each["file"], each["pair_id"], each["seed"]) for each in found["files"]] == [
        (f"{first}.mp4", first, 0),
        (f"{PAIR_IDS[3]}.webm", PAIR_IDS[3], 0),
        (f"{second}_3.MP4", second, 3),
    ]
    assert [each["must_convert"] for each in found["files"]] == [False, True, False]
    assert found["files"][0]["sha256"] is not None
    assert found["files"][2]["sha256"] is None
    assert found["problems"] == ["unknown.mp4: the benchmark has no pair with this name"]
    assert [
        [(each["file"], each["pair_id"], each["seed"]) for each in files] for files in found["choices"]
    ] == [[(f"{third}.mp4", third, 0), (f"{third}_0.mov", third, 0)]]
    assert [line.partition(":")[0] for line in found["unused"]] == ["._hidden.mp4", "notes.txt"]


@pytest.mark.parametrize("body", [{}, {"names": "a"}, {"names": [1]}, {"names": ["x" * 1001]}, {"more": []}])
def test_wrong_names_are_refused(alice: TestClient, body: dict[str, object]) -> None:
    public_id = open_one(alice)

    assert alice.post(f"/submissions/{public_id}/names", json=body).status_code == 422


def test_the_state_says_what_is_missing_and_a_final_submission_takes_no_more(
    cast: Cast, alice: TestClient
) -> None:
    public_id = open_one(alice)
    alice.put(f"/api/v1/submissions/{public_id}/clips/{PAIR_IDS[0]}", content=small_clip(shade=3))

    part = alice.get(f"/submissions/{public_id}/state").text
    assert "1 of 6 clips stored" in text_of(part)
    assert "5 missing" in text_of(part)
    assert "Finish as a partial submission" in part

    final = make_submission(cast.context, cast.alice, model="complete", shade=6)
    page = alice.get(f"/submissions/{final}/upload").text
    assert "6 of 6 clips stored" in text_of(page)
    assert 'data-part="drop"' not in page
