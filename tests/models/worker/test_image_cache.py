"""The image cache: lookup, eviction and failed writes."""

import os
from pathlib import Path

import pytest

from models.worker.image_cache import ImageCache
from tests.full_disk import room_for


def test_an_image_is_fetched_once(tmp_path: Path) -> None:
    cache, fetched = ImageCache(tmp_path / "images"), []

    def fetch() -> bytes:
        fetched.append(1)
        return b"image"

    first, second = cache.path("a" * 64, fetch), cache.path("a" * 64, fetch)

    assert first == second
    assert first.read_bytes() == b"image"
    assert len(fetched) == 1


def test_the_least_recently_used_image_is_evicted_first(tmp_path: Path) -> None:
    cache = ImageCache(tmp_path, max_bytes=25)
    for number, name in enumerate("abc"):
        if number == 2:
            # b was added later, but a was used since.
            os.utime(tmp_path / "b", (1000, 1000))
            cache.path("a", lambda: b"never")
        cache.path(name, lambda: b"0123456789")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]


def test_a_failed_download_leaves_no_file(tmp_path: Path) -> None:
    cache = ImageCache(tmp_path)

    def broken() -> bytes:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        cache.path("a", broken)

    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_no_file(tmp_path: Path) -> None:
    cache = ImageCache(tmp_path)

    with room_for(1000), pytest.raises(OSError, match="too large"):
        cache.path("a", lambda: bytes(100_000))

    assert list(tmp_path.iterdir()) == []
