"""A clip's file and row are stored together or not at all, even if the same bytes are uploaded twice."""

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from app.context import AppContext
from app.media.store import MediaMissing, content_key
from app.settings import Settings
from app.tables.bench import Pair
from tests.acting import refused
from tests.app.api.conftest import Upload, clients_of_one_server
from tests.cast import PAIR_IDS, Cast, make_submission, set_the_stage, small_clip
from tests.conftest import settings_for
from tests.postgres import Postgres

CLIP = small_clip(shade=77)
KEY = content_key("clips", hashlib.sha256(CLIP).hexdigest())
# PostgreSQL answers a commit like this when its own disk is full; the media may lie on another one.
NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(0.5);
    RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full';
END $$;
CREATE CONSTRAINT TRIGGER no_room AFTER INSERT ON clips DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.pair_id = {pair_id}) EXECUTE FUNCTION no_room();
"""
FULL, ROOMY = PAIR_IDS[1], PAIR_IDS[2]


@pytest.fixture
def full_for_one_pair(postgres: Postgres, tmp_path: Path, open_one: Callable[[Settings], AppContext]) -> Cast:
    """The cast on PostgreSQL, where commits of clips of the pair FULL fail after half a second."""
    cast = set_the_stage(open_one(settings_for(tmp_path, database_url=postgres.fresh())), pairs=1)
    with cast.context.database.write() as session:
        pair_id = session.execute(select(Pair.id).where(Pair.name == FULL)).scalar_one()
        session.execute(text(NO_ROOM.format(pair_id=pair_id)))
    return cast


def upload(cast: Cast, client: TestClient, label: str) -> Upload:
    submission_id = make_submission(
        cast.context, cast.alice, model="motif", label=label, final=False, pair_ids=()
    )
    return Upload(client, cast.context, submission_id)


def is_stored(context: AppContext) -> bool:
    try:
        return context.store.size(KEY) == len(CLIP)
    except MediaMissing:
        return False


def test_a_commit_that_fails_leaves_no_file(full_for_one_pair: Cast) -> None:
    cast = full_for_one_pair
    (client,) = clients_of_one_server(cast.context, cast.alice)

    refused(upload(cast, client, "first").put(FULL, CLIP), 507, "storage_full")

    assert not is_stored(cast.context)


def test_a_commit_that_fails_leaves_the_file_of_another_clip(full_for_one_pair: Cast) -> None:
    cast = full_for_one_pair
    (client,) = clients_of_one_server(cast.context, cast.alice)
    first = upload(cast, client, "first")
    assert first.put(ROOMY, CLIP).status_code == 201

    refused(first.put(FULL, CLIP), 507, "storage_full")

    assert is_stored(cast.context)


def test_the_same_bytes_that_come_while_a_commit_fails_keep_their_file(full_for_one_pair: Cast) -> None:
    cast = full_for_one_pair
    first_client, second_client = clients_of_one_server(cast.context, cast.alice, cast.alice)
    first, second = upload(cast, first_client, "first"), upload(cast, second_client, "second")

    with ThreadPoolExecutor(1) as pool:
        failing = pool.submit(first.put, FULL, CLIP)
        deadline = time.monotonic() + 60
        while not is_stored(cast.context):
            assert time.monotonic() < deadline, "the first clip was never stored"
            time.sleep(0.01)
        kept = second.put(ROOMY, CLIP)

    refused(failing.result(), 507, "storage_full")
    assert kept.status_code == 201
    assert is_stored(cast.context)
