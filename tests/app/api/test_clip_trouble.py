"""Uploads that fail or coincide: too large, interrupted, two at the same time, disk full."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from app.context import AppContext
from app.media.sandbox import Sandbox
from app.media.store import content_key
from app.settings import Settings
from tests.acting import refused
from tests.app.api.conftest import Upload, client_of, clients_of_one_server, open_upload, traces
from tests.cast import PAIR_IDS, Cast, make_submission, set_the_stage, small_clip
from tests.conftest import open_with_sandbox, serving, settings_for
from tests.full_disk import mounted_disk

CLIP = small_clip(shade=93)
MAX_BYTES = 16 * 1024


@pytest.fixture
def narrow(tmp_path: Path, cast: Cast, open_one: Callable[[Settings], AppContext]) -> Upload:
    """Alice's upload to an installation that accepts clips of at most 16 KiB."""
    context = open_one(settings_for(tmp_path, max_clip_bytes=MAX_BYTES))
    upload = open_upload(cast, client_of(context, cast.alice))
    return Upload(upload.client, context, upload.submission_id)


def test_a_clip_over_the_limit_is_413_with_and_without_a_declared_length(narrow: Upload) -> None:
    def without_a_length() -> Iterator[bytes]:
        for _ in range(1 + MAX_BYTES // 4096):
            yield bytes(4096)

    before = narrow.traces()

    refused(narrow.put(narrow.free, bytes(MAX_BYTES + 1)), 413, "too_large")
    refused(narrow.put(narrow.free, without_a_length()), 413, "too_large")
    refused(narrow.put(narrow.free, CLIP, content_length=str(2**63)), 413, "too_large")

    assert narrow.traces() == before
    assert narrow.put(narrow.free, CLIP).status_code == 201


def test_a_sender_that_hangs_up_halfway_leaves_nothing_and_no_fault(
    upload: Upload, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    incoming = cast.context.settings.home / "media" / ".incoming"
    before = upload.traces()
    with serving(cast.context) as address:
        where = urlsplit(address)
        with socket.create_connection((str(where.hostname), int(where.port or 0))) as line:
            line.sendall(
                f"PUT /api/v1/submissions/{upload.submission_id}/clips/{upload.free} HTTP/1.1\r\n"
                f"Host: {where.netloc}\r\nAuthorization: Bearer {cast.alice.key}\r\n"
                "Content-Length: 1000000\r\n\r\n".encode()
                + bytes(100_000)
            )
            wait_until(lambda: any(path.stat().st_size for path in incoming.iterdir()))
        wait_until(lambda: not list(incoming.iterdir()))

    assert upload.traces() == before
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize(
    ("second_shade", "statuses", "kept"),
    [(200, [201, 409], 1), (100, [200, 201], 1)],
    ids=["other bytes", "same bytes"],
)
def test_of_two_uploads_of_one_slot_one_wins_and_the_loser_leaves_nothing(
    either_cast: Cast, second_shade: int, statuses: list[int], kept: int
) -> None:
    context = either_cast.context
    submission_id = make_submission(
        context, either_cast.alice, model="motif", label="race", final=False, pair_ids=()
    )
    before = traces(context)
    together = threading.Barrier(2)

    clients = clients_of_one_server(context, either_cast.alice, either_cast.alice)

    def put(client: TestClient, pair_id: str, shade: int) -> int:
        mine = Upload(client, context, submission_id)
        together.wait()
        return mine.put(pair_id, small_clip(shade=shade)).status_code

    with ThreadPoolExecutor(2) as pool:
        for number, pair_id in enumerate(PAIR_IDS):
            shades = (100 + number, second_shade + number)
            assert sorted(pool.map(put, clients, (pair_id, pair_id), shades)) == statuses

    files, clips = traces(context)
    assert len(files) == len(before[0]) + kept * len(PAIR_IDS)
    assert clips == before[1] + len(PAIR_IDS)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted_disk(tmp_path / "disk", size=2 * 1024**2) as folder:
        yield folder


def leave_room(disk: Path, *, kib: int) -> None:
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    room = os.statvfs(disk)
    ballast.write_bytes(bytes(room.f_bfree * room.f_frsize - kib * 1024))


@pytest.fixture
def cramped(small_disk: Path, migrated_sqlite: Path, sandbox: Sandbox) -> Iterator[Upload]:
    """Alice's upload to an installation whose database and media are on one small disk."""
    shutil.copy(migrated_sqlite, small_disk / "ti2v.sqlite3")
    with open_with_sandbox(settings_for(small_disk), sandbox) as context:
        cast = set_the_stage(context, pairs=1)
        yield open_upload(cast, client_of(context, cast.alice))


@pytest.mark.parametrize("kib", [0, 4, 8], ids=["no room", "room for half the file", "no room for its row"])
def test_a_full_disk_is_507_and_nothing_stays(cramped: Upload, small_disk: Path, kib: int) -> None:
    clip = small_clip(shade=94, frames=32, width=128, height=128)
    leave_room(small_disk, kib=kib)
    before = cramped.traces()

    refused(cramped.put(cramped.free, clip), 507, "storage_full")

    assert cramped.traces() == before
    leave_room(small_disk, kib=256)
    assert cramped.put(cramped.free, clip).status_code == 201


def test_a_missing_input_image_is_an_error_of_the_server_and_not_of_the_clip(
    upload: Upload, cast: Cast
) -> None:
    for image in (cast.context.settings.home / "media" / "images").rglob("*"):
        if image.is_file():
            image.unlink()
    before = upload.traces()

    refused(upload.put(upload.free, CLIP), 503, "unavailable")

    assert upload.traces() == before


def test_the_key_of_a_stored_clip_is_the_sha256_of_its_bytes(upload: Upload) -> None:
    facts = upload.put(upload.free, CLIP).json()

    store = upload.context.store
    key = content_key("clips", facts["sha256"])
    assert b"".join(store.read_range(key, 0, store.size(key))) == CLIP


def wait_until(holds: Callable[[], bool], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
