"""A slow or faulty S3 server: clear errors, no partly stored files, and automatic recovery."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from httpx2 import Client
from sqlalchemy import func, select

from app.context import AppContext
from app.media.rendition_cache import RenditionCache
from app.media.store import MediaDamaged, MediaMissing, StoreUnavailable, content_key
from app.media.store.s3 import S3Store
from app.settings import Settings
from app.tables.submissions import Clip, Rendition
from app.tables.voting import Assignment
from tests.acting import assign, refused
from tests.cast import PAIR_IDS, Cast, enter, make_submission, set_the_stage, small_clip
from tests.conftest import serving, settings_for
from tests.faulty_s3 import OF_DOWNLOADS, OF_UPLOADS, Fault, FaultyS3
from tests.whole.stack import BUCKET, s3_environment, s3_server


@pytest.fixture
def faulty_s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyS3]:
    with s3_server() as address, FaultyS3(address).running() as proxy:
        for name, value in s3_environment(proxy.address).items():
            monkeypatch.setenv(name, value)
        yield proxy


@pytest.fixture
def s3_cast(
    faulty_s3: FaultyS3, migrated_sqlite: Path, tmp_path: Path, open_one: Callable[[Settings], AppContext]
) -> Cast:
    """The cast on an S3 store with a timeout of two seconds and without retries."""
    shutil.copy(migrated_sqlite, tmp_path / "ti2v.sqlite3")
    context = open_one(settings_for(tmp_path, media_url=f"s3://{BUCKET}"))
    store = S3Store(BUCKET, timeout_s=2, attempts=1)
    renditions = RenditionCache(context.database, store, context.sandbox)
    return set_the_stage(replace(context, store=store, renditions=renditions), pairs=1)


def count_clips(context: AppContext) -> int:
    with context.database.read() as session:
        return session.execute(select(func.count()).select_from(Clip)).scalar_one()


def test_every_fault_is_a_clear_error_and_the_server_recovers(s3_cast: Cast, faulty_s3: FaultyS3) -> None:
    context = s3_cast.context
    study = s3_cast.open_study()
    submission = make_submission(
        context, s3_cast.alice, model="motif", label="open", final=False, pair_ids=()
    )
    target = f"/api/v1/submissions/{submission}/clips/{PAIR_IDS[0]}"
    headers = {"Content-Type": "video/mp4", **s3_cast.alice.headers}
    with serving(context) as address, Client(base_url=address, timeout=60) as browser:
        media = assign(enter(browser, study), study)["left_url"]
        whole = browser.get(media)
        assert whole.status_code == 200
        clips = count_clips(context)
        for number, fault in enumerate(Fault):
            clip = small_clip(shade=80 + number)
            with faulty_s3.failing(fault):
                if fault not in OF_UPLOADS:
                    refused(browser.get(media), 503, "unavailable")
                if fault not in OF_UPLOADS | OF_DOWNLOADS:
                    refused(browser.get("/readyz"), 503, "media_unavailable")
                # The server also reads the pair's image to check a clip, so an upload notices every fault.
                refused(browser.put(target, content=clip, headers=headers), 503, "unavailable")
                assert count_clips(context) == clips, fault
            assert browser.get(media).content == whole.content
            assert browser.get("/readyz").status_code == 200
        assert browser.put(target, content=clip, headers=headers).status_code == 201


def test_a_damaged_file_is_never_shown_counted_or_exported(
    s3_cast: Cast, faulty_s3: FaultyS3, caplog: pytest.LogCaptureFixture
) -> None:
    context = s3_cast.context
    study = s3_cast.open_study()
    strip = f"/api/v1/studies/{study.slug}/pairs/{PAIR_IDS[0]}/strip.png"
    with serving(context) as address, Client(base_url=address, timeout=60) as browser:
        media = assign(enter(browser, study), study)["right_url"]
        length = len(browser.get(media).content)
    with serving(context) as address, Client(base_url=address, timeout=60) as browser:
        media = assign(enter(browser, study), study)["right_url"]
        assert httpx2.get(address + strip, headers=s3_cast.alice.headers, timeout=60).status_code == 200
        with faulty_s3.failing(Fault.DAMAGED):
            for span in ("bytes=0-", "bytes=0-9", f"bytes=10-{length - 1}"):
                refused(browser.get(media, headers={"Range": span}), 503, "unavailable")
            answer = httpx2.get(address + strip, headers=s3_cast.alice.headers, timeout=60)
            refused(answer, 503, "unavailable")
    with context.database.read() as session:
        newest = select(Assignment.right_delivered).order_by(Assignment.id.desc()).limit(1)
        assert session.scalars(newest).one() == 0
    assert "a stored file is damaged" in caplog.text


def test_a_rendition_that_was_damaged_in_the_store_is_made_again(s3_cast: Cast) -> None:
    context = s3_cast.context
    study = s3_cast.open_study()
    store = S3Store(BUCKET)
    with serving(context) as address, Client(base_url=address, timeout=60) as browser:
        media = assign(enter(browser, study), study)["left_url"]
        before = browser.get(media).content
        with context.database.read() as session:
            keys = session.scalars(select(Rendition.media_key)).all()
        for key in keys:
            store._s3.put_object(Bucket=BUCKET, Key=key, Body=bytes(store.size(key)))

        assert browser.get(media).content == before


def test_files_are_checked_even_if_their_keys_do_not_contain_a_digest(
    faulty_s3: FaultyS3, tmp_path: Path
) -> None:
    store = S3Store(BUCKET)
    file = tmp_path / "votes.csv"
    file.write_bytes(b"who,choice\n1,a\n")
    store.put("imports/1", file)
    with (
        faulty_s3.failing(Fault.DAMAGED),
        pytest.raises(MediaDamaged, match="imports/1"),
        store.open_local("imports/1"),
    ):
        pass


def stored_clip(store: S3Store, tmp_path: Path, content: bytes) -> str:
    file = tmp_path / "clip.mp4"
    file.write_bytes(content)
    key = content_key("clips", hashlib.sha256(content).hexdigest())
    store.put(key, file)
    return key


def test_a_download_that_is_damaged_once_is_repeated(faulty_s3: FaultyS3, tmp_path: Path) -> None:
    store = S3Store(BUCKET)
    key = stored_clip(store, tmp_path, b"a small film")
    with faulty_s3.failing(Fault.DAMAGED, only_once=True):
        assert b"".join(store.read_range(key, 2, 12)) == b"small film"
    with faulty_s3.failing(Fault.DAMAGED, only_once=True), store.open_local(key) as path:
        assert path.read_bytes() == b"a small film"


def test_uploading_a_damaged_file_again_repairs_it(faulty_s3: FaultyS3, tmp_path: Path) -> None:
    store = S3Store(BUCKET)
    key = stored_clip(store, tmp_path, b"a small film")
    store._s3.put_object(Bucket=BUCKET, Key=key, Body=b"a smell film")
    with pytest.raises(MediaDamaged):
        list(store.read_range(key, 0, 12))
    assert stored_clip(store, tmp_path, b"a small film") == key
    assert b"".join(store.read_range(key, 0, 12)) == b"a small film"


def test_a_large_upload_ends_if_the_server_stops_reading(faulty_s3: FaultyS3, tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(bytes(32 * 1024 * 1024))  # does not fit into the buffers of the connection
    impatient, store = S3Store(BUCKET, timeout_s=1, attempts=1), S3Store(BUCKET, timeout_s=60)
    for fault in (Fault.UPLOAD_CUT, Fault.UPLOAD_HANGS):
        with faulty_s3.failing(fault), pytest.raises(StoreUnavailable):
            impatient.put("imports/large", file)
    with pytest.raises(MediaMissing):
        store.size("imports/large")
    store.put("imports/large", file)
    assert store.size("imports/large") == 32 * 1024 * 1024
