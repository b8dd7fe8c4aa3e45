"""A full disk causes a clear error, and no partial file remains."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.media.images import make_thumbnail
from app.media.renditions import Recipe, RenditionFailed, make_rendition
from app.media.sandbox import Sandbox, SandboxLimits
from app.media.store import StoreFull, content_key
from app.media.store.folder import FolderStore
from app.media.store.s3 import S3Store
from benchmark.protocol import RenditionRecipe
from tests.app.media.drawing import draw_clip, draw_picture
from tests.full_disk import mounted_disk
from tests.http_server import StandInHandler, running_http_server

KEY = content_key("clips", "ab" * 32)
DISK_BYTES = 64 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted_disk(tmp_path / "disk", size=DISK_BYTES) as folder:
        yield folder


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_upload_that_fills_the_disk_leaves_nothing(small_disk: Path) -> None:
    store = FolderStore(small_disk / "media")

    with pytest.raises(StoreFull), store.private_file() as path:
        path.write_bytes(bytes(2 * DISK_BYTES))

    assert files_in(small_disk) == []


def test_a_file_brought_over_from_another_disk_leaves_no_half(small_disk: Path, tmp_path: Path) -> None:
    store = FolderStore(small_disk / "media")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(bytes(2 * DISK_BYTES))

    with pytest.raises(StoreFull):
        store.put(KEY, clip)

    assert files_in(small_disk) == []
    assert clip.exists()


def test_a_file_from_another_disk_is_moved_completely_if_it_fits(small_disk: Path, tmp_path: Path) -> None:
    store = FolderStore(small_disk / "media")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"film")

    store.put(KEY, clip)

    assert b"".join(store.read_range(KEY, 0, 4)) == b"film"
    assert not clip.exists()


@pytest.mark.parametrize("kind", RenditionRecipe)
def test_a_rendition_that_does_not_fit_is_a_full_store(
    kind: RenditionRecipe, small_disk: Path, tmp_path: Path
) -> None:
    noisy = {"crf": "1", "g": "1"}
    clip = draw_clip(tmp_path / "clip.mp4", width=640, height=640, encoder=noisy)
    target = small_disk / "rendition.mp4"
    (small_disk / "ballast").write_bytes(bytes(DISK_BYTES - 4096))

    with Sandbox(children=1) as sandbox, pytest.raises(StoreFull):
        make_rendition(clip, Recipe(kind, 640, 640, 8.0, 16), target, sandbox=sandbox)

    assert not target.exists()


def test_a_thumbnail_that_does_not_fit_is_a_full_store(small_disk: Path, tmp_path: Path) -> None:
    picture = draw_picture(tmp_path / "picture.png", width=512, height=512)
    target = small_disk / "thumbnail.webp"
    (small_disk / "ballast").write_bytes(bytes(DISK_BYTES))

    with Sandbox(children=1) as sandbox, pytest.raises(StoreFull):
        make_thumbnail(picture, target, 512, sandbox=sandbox)

    assert not target.exists()


def test_a_file_over_the_childs_limit_is_a_failure_not_a_full_disk(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", width=640, height=640, encoder={"crf": "0", "g": "1"})
    target = tmp_path / "rendition.mp4"

    with (
        Sandbox(children=1, limits=SandboxLimits(file_bytes=4096)) as sandbox,
        pytest.raises(RenditionFailed),
    ):
        make_rendition(clip, Recipe(RenditionRecipe.REMUX, 640, 640, 8.0, 16), target, sandbox=sandbox)

    assert not target.exists()


class FullService(StandInHandler):
    """An S3-compatible service that is empty and accepts no files."""

    def answer(self, _: bytes) -> None:
        full = b"<Error><Code>XMinioStorageFull</Code><Message>full</Message></Error>"
        status, told = (404, b"") if self.command == "HEAD" else (507, full)
        self.respond(status, told, {"Content-Type": "application/xml"})


@pytest.fixture
def full_service() -> Iterator[str]:
    with running_http_server(FullService) as address:
        yield address


def test_a_service_without_space_is_a_full_store(
    full_service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", full_service)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"film")

    with pytest.raises(StoreFull):
        S3Store("media").put(KEY, clip)

    assert clip.exists()
