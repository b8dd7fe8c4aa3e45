"""While downloads from a slow media store wait, the server delivers pages."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select

from app.media.store.folder import FolderStore
from app.tables.voting import Assignment
from tests.acting import assign
from tests.app.test_capacity import MANY, PATIENCE_S, until
from tests.cast import PAIR_IDS, Cast, enter
from tests.conftest import serving

MEDIA_THREADS = 8


class HeldStore(FolderStore):
    """A store in which all downloads wait until `release` is set."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.release = threading.Event()
        self.waiting = 0
        self._lock = threading.Lock()

    def read_range(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        with self._lock:
            self.waiting += 1
        assert self.release.wait(PATIENCE_S)
        yield from super().read_range(key, start, stop)


def image_of_benchmark(cast: Cast) -> str:
    return f"/api/v1/benchmarks/tiny/pairs/{PAIR_IDS[0]}/image"


def clip_of_gallery(cast: Cast) -> str:
    return f"/gallery/tiny/{PAIR_IDS[0]}/clips/{cast.submission_ids['motif']}"


def image_of_replay(cast: Cast) -> str:
    study = cast.open_study()
    with serving(cast.context) as address, httpx2.Client(base_url=address, timeout=60) as browser:
        assign(enter(browser, study), study)
    with cast.context.database.read() as session:
        assignment = session.scalars(select(Assignment.id)).one()
    return f"/studies/{study.slug}/annotators/annotator-001/history/{assignment}/image"


@pytest.mark.parametrize("path_of", [image_of_benchmark, clip_of_gallery, image_of_replay])
def test_slow_downloads_do_not_stop_pages(cast: Cast, path_of: Callable[[Cast], str]) -> None:
    path = path_of(cast)
    store = HeldStore(cast.context.settings.home / "media")
    with serving(replace(cast.context, store=store)) as address, ThreadPoolExecutor(MANY) as pool:

        def get(path: str) -> int:
            return httpx2.get(address + path, headers=cast.alice.headers, timeout=PATIENCE_S).status_code

        try:
            waiting = [pool.submit(get, path) for _ in range(MANY)]
            until(lambda: store.waiting >= MEDIA_THREADS or any(each.done() for each in waiting))
            assert get("/api/v1/models") == 200
            assert store.waiting == MEDIA_THREADS
        finally:
            store.release.set()
        assert {each.result() for each in waiting} == {200}
