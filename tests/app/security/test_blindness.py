"""No response to an annotator contains the name of a model, a submission, a clip or a file."""

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select, update

from app.context import AppContext
from app.tables.studies import Study as StudyRow
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.protocol import WatchGate
from tests.acting import assign, vote
from tests.cast import Cast, enter, make_submission

# Values that every response has, whichever clip it contains.
OF_THE_REQUEST = {"x-request-id"}


def everything(answer: Response) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return f"{headers}\n{answer.content.decode('latin-1')}".lower()


@pytest.fixture
def names(cast: Cast, context: AppContext) -> list[str]:
    """Return all names and hashes that could reveal the model of a clip."""
    make_submission(context, cast.alice, model="motif", label="seed-three")
    with context.database.read() as session:
        found = [
            *session.scalars(select(VideoModel.slug)),
            *session.scalars(select(VideoModel.name)),
            *session.scalars(select(Submission.label).where(Submission.label != "")),
            *session.scalars(select(Submission.public_id)),
            *session.scalars(select(Clip.sha256)),
        ]
    return sorted({each.lower() for each in found})


def test_no_answer_of_a_whole_round_of_voting_names_a_side(
    client: TestClient, cast: Cast, names: list[str]
) -> None:
    study = cast.open_study("blind", watch_gate=WatchGate.DELIVERED)
    with cast.context.database.write() as session:
        # The researcher's own words are shown as they are.
        session.execute(update(StudyRow).values(title="Which is better?"))
    answers = [client.get(f"/invite/{study.invite()[0]}")]
    for _ in range(4):
        card = assign(client, study)
        answers += [
            client.get(f"/studies/{study.slug}/vote"),
            vote(client, card["token"]),
            *(client.get(card[f"{side}_url"]) for side in ("image", "left", "right")),
            client.get(card["left_url"], headers={"Range": "bytes=0-99"}),
            client.get(card["left_url"], headers={"Range": "bytes=99999999-"}),
            vote(client, card["token"]),
            client.post(f"/api/v1/assignments/{card['token']}/undo"),
            client.post(f"/api/v1/assignments/{card['token']}/renew"),
        ]
        card = assign(client, study)
        answers += [
            client.get(card["left_url"]),
            client.get(card["right_url"]),
            vote(client, card["token"], "right"),
        ]
    answers.append(client.get(f"/studies/{study.slug}/withdraw"))

    assert len(names) >= 3 + 1 + 4 + 12, "models, a label, submissions, clips; some clips share their bytes"
    for answer in answers:
        received = everything(answer)
        for name in names:
            assert name not in received, (str(answer.request.url), name)


def test_both_sides_have_the_same_headers_and_length(client: TestClient, cast: Cast) -> None:
    study = cast.open_study()
    enter(client, study)

    for _ in range(3):
        card = assign(client, study)
        for asked in (None, "bytes=0-", "bytes=5-70", "bytes=-1", "bytes=99999999-"):
            headers = {"Range": asked} if asked else {}
            left, right = (client.get(card[f"{side}_url"], headers=headers) for side in ("left", "right"))
            kept = [
                [(name, value) for name, value in each.headers.multi_items() if name not in OF_THE_REQUEST]
                for each in (left, right)
            ]
            assert kept[0] == kept[1]
            assert (left.status_code, len(left.content)) == (right.status_code, len(right.content))
            assert not {"etag", "last-modified", "content-disposition", "date"} & set(left.headers)
        vote(client, card["token"])


def test_addresses_are_new_for_every_assignment(client: TestClient, cast: Cast) -> None:
    study = cast.open_study()
    enter(client, study)
    seen: set[str] = set()

    for _ in range(6):
        card = assign(client, study)
        urls = {card["left_url"], card["right_url"], card["image_url"]}
        assert not urls & seen
        seen |= urls
        vote(client, card["token"])


def test_the_assignment_has_no_field_but_the_documented_ones(client: TestClient, cast: Cast) -> None:
    study = cast.open_study()
    card = assign(enter(client, study), study)

    assert set(card) == {
        *("token", "prompt", "image_url", "left_url", "right_url", "expires_at", "done", "total"),
        *("fps", "frames", "width", "height"),
    }


def test_somebody_elses_media_do_not_exist(client: TestClient, cast: Cast) -> None:
    study = cast.open_study()
    card = assign(enter(client, study), study)
    client.cookies.clear()

    for side in ("left", "right", "image"):
        assert client.get(card[f"{side}_url"]).status_code == 404
