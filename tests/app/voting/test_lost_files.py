"""Files that the store has lost: renditions are made again; other comparisons can be skipped."""

import shutil

from fastapi.testclient import TestClient

from app.context import AppContext
from tests.acting import assign, refused
from tests.cast import Study, enter


def test_a_lost_image_is_503_and_can_be_skipped(
    client: TestClient, context: AppContext, study: Study
) -> None:
    card = assign(enter(client, study), study)
    assert client.get(card["image_url"]).status_code == 200
    shutil.rmtree(context.settings.home / "media" / "images")

    refused(client.get(card["image_url"]), 503, "unavailable")

    skipped = client.post(f"/api/v1/assignments/{card['token']}/skip", json={"reason": "clip_does_not_play"})
    assert skipped.status_code == 204, skipped.text
    assert assign(client, study)["token"] != card["token"]


def test_a_lost_rendition_is_made_again(client: TestClient, context: AppContext, study: Study) -> None:
    card = assign(enter(client, study), study)
    before = client.get(card["left_url"])
    shutil.rmtree(context.settings.home / "media" / "renditions")

    again = client.get(card["left_url"])

    assert (before.status_code, again.status_code) == (200, 200), again.text
    assert len(again.content) == len(before.content)
    assert client.get(card["left_url"], headers={"Range": "bytes=0-9"}).content == again.content[:10]


def test_a_rendition_of_a_clip_that_is_lost_is_503(
    client: TestClient, context: AppContext, study: Study
) -> None:
    card = assign(enter(client, study), study)
    shutil.rmtree(context.settings.home / "media" / "clips")

    refused(client.get(card["left_url"]), 503, "unavailable")
