"""All kinds of stores behave in the same way; moto's server on loopback tests the S3 store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.media.store import (
    CHUNK_BYTES,
    MediaMissing,
    MediaStore,
    StoreUnavailable,
    checked_key,
    content_key,
    open_store,
)
from app.media.store.folder import FolderStore
from app.media.store.s3 import S3Store

KEY = "imports/" + "ab" * 16  # the tests store other bytes than a content key promises
BUCKET = "media"


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_settings(s3_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3_address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStore:
    if request.param == "folder":
        return open_store(str(tmp_path / "media"))
    request.getfixturevalue("s3_settings")
    made = open_store(f"s3://{BUCKET}/{tmp_path.name}")
    assert isinstance(made, S3Store)
    made._s3.create_bucket(Bucket=BUCKET)
    return made


def put(store: MediaStore, content: bytes, key: str = KEY) -> None:
    with store.private_file() as path:
        path.write_bytes(content)
        store.put(key, path)


def read(store: MediaStore, start: int, stop: int) -> bytes:
    return b"".join(store.read_range(KEY, start, stop))


def test_a_stored_file_is_returned_unchanged(store: MediaStore) -> None:
    put(store, b"a small film")

    assert store.size(KEY) == 12
    assert read(store, 0, 12) == b"a small film"
    assert read(store, 2, 7) == b"small"
    assert read(store, 3, 3) == b""


def test_chunks_stay_small(store: MediaStore) -> None:
    content = bytes(range(256)) * 1000
    put(store, content)

    chunks = list(store.read_range(KEY, 10, 200_000))

    assert b"".join(chunks) == content[10:200_000]
    assert max(len(chunk) for chunk in chunks) <= CHUNK_BYTES


def test_the_first_file_under_a_key_stays(store: MediaStore) -> None:
    put(store, b"first")
    put(store, b"again")

    assert read(store, 0, 5) == b"first"


def test_a_file_that_was_moved_is_gone_from_its_old_path(store: MediaStore, tmp_path: Path) -> None:
    elsewhere = tmp_path / "made elsewhere.mp4"
    elsewhere.write_bytes(b"film")

    store.put(KEY, elsewhere)

    assert not elsewhere.exists()
    assert read(store, 0, 4) == b"film"


def test_a_private_file_not_taken_over_is_removed(store: MediaStore) -> None:
    with store.private_file() as path:
        path.write_bytes(b"half")

    assert not path.exists()


def test_a_private_file_is_for_its_owner_only(store: MediaStore) -> None:
    with store.private_file() as path:
        assert path.stat().st_mode & 0o077 == 0


def test_a_local_path_holds_the_whole_file(store: MediaStore) -> None:
    put(store, b"film")

    with store.open_local(KEY) as path:
        assert path.read_bytes() == b"film"


def test_a_deleted_file_is_missing_and_may_be_deleted_again(store: MediaStore) -> None:
    put(store, b"film")

    store.delete(KEY)
    store.delete(KEY)

    with pytest.raises(MediaMissing):
        store.size(KEY)


def test_a_file_that_was_never_stored_is_missing_everywhere(store: MediaStore) -> None:
    with pytest.raises(MediaMissing):
        store.size(KEY)
    with pytest.raises(MediaMissing):
        read(store, 0, 1)
    with pytest.raises(MediaMissing), store.open_local(KEY):
        pass


def test_a_range_after_the_end_is_an_error(store: MediaStore) -> None:
    put(store, b"film")

    with pytest.raises(StoreUnavailable, match="ends 6 bytes early"):
        read(store, 0, 10)


def test_a_fresh_store_is_healthy(store: MediaStore) -> None:
    assert store.healthy()


@pytest.mark.parametrize(
    "key", ["../secret", "/etc/passwd", "clips/../../x", "", "clips//x", ".incoming/x", "A"]
)
def test_no_key_leaves_the_store(store: MediaStore, key: str) -> None:
    with pytest.raises(ValueError, match="lower-case names"):
        checked_key(key)
    with pytest.raises(ValueError, match="lower-case names"):
        store.size(key)


def test_a_content_key_accepts_only_a_digest() -> None:
    with pytest.raises(ValueError, match="64 lower-case hex"):
        content_key("clips", "AB" * 32)


@pytest.mark.parametrize("url", ["http://media", "gs://bucket", "s3://"])
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="TI2V_MEDIA_URL"):
        open_store(url)


def test_a_missing_bucket_is_reported_as_unhealthy(s3_settings: None, tmp_path: Path) -> None:
    gone = S3Store("no-such-bucket")

    assert not gone.healthy()
    with pytest.raises(StoreUnavailable, match="NoSuchBucket"):
        put(gone, b"film")


def test_a_service_that_does_not_answer_is_unavailable(
    s3_settings: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")

    assert not S3Store(BUCKET).healthy()


def test_a_folder_that_is_gone_is_not_healthy(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "media")
    (tmp_path / "media").rename(tmp_path / "moved")

    assert not store.healthy()
    with pytest.raises(StoreUnavailable), store.private_file():
        pass
