"""Files that the store has lost: the annotator gets a message, and continues with the next comparison."""

import shutil

import pytest
from fastapi.testclient import TestClient

from app.context import AppContext
from tests.acting import assign, refused
from tests.cast import Study, enter


@pytest.mark.parametrize(("kind", "url"), [("renditions", "left_url"), ("images", "image_url")])
def test_a_lost_file_is_503_and_can_be_skipped(
    client: TestClient, context: AppContext, study: Study, kind: str, url: str
) -> None:
    card = assign(enter(client, study), study)
    assert client.get(card[url]).status_code == 200
    shutil.rmtree(context.settings.home / "media" / kind)

    refused(client.get(card[url]), 503, "unavailable")

    skipped = client.post(f"/api/v1/assignments/{card['token']}/skip", json={"reason": "clip_does_not_play"})
    assert skipped.status_code == 204, skipped.text
    assert assign(client, study)["token"] != card["token"]


def test_a_rendition_of_a_clip_that_is_lost_is_503(
    client: TestClient, context: AppContext, study: Study
) -> None:
    card = assign(enter(client, study), study)
    shutil.rmtree(context.settings.home / "media" / "clips")

    refused(client.get(card["left_url"]), 503, "unavailable")
