"""Makes a rendition when it is first requested, and records the rendition's store key in the database.

A rendition that the store has lost or damaged is made again from the clip.
"""

import hashlib
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.media.comparison_clips import StoredClip
from app.media.renditions import Recipe, make_rendition
from app.media.sandbox import Sandbox
from app.media.store import MediaDamaged, MediaMissing, MediaStore, content_key
from app.tables.submissions import Rendition

log = logging.getLogger("ti2v.media")

# This statement is built once, because building it takes longer than running it.
_STORED = select(Rendition.clip_id, Rendition.media_key, Rendition.bytes).where(
    Rendition.clip_id.in_(bindparam("clip_ids", expanding=True)), Rendition.recipe == bindparam("recipe")
)


@dataclass(frozen=True)
class StoredRendition:
    media_key: str
    bytes: int


def find_renditions(
    session: Session, *, clip_ids: Collection[int], recipe: Recipe
) -> dict[int, StoredRendition]:
    """Return the stored renditions of these clips, keyed by clip id."""
    rows = session.execute(_STORED, {"clip_ids": clip_ids, "recipe": recipe.name})
    return {row.clip_id: StoredRendition(row.media_key, row.bytes) for row in rows}


class RenditionCache:
    """Makes and stores renditions. Concurrent requests for the same rendition wait for a single transcode."""

    def __init__(
        self,
        database: Database,
        store: MediaStore,
        sandbox: Sandbox,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._store = store
        self._sandbox = sandbox
        self._clock = clock
        self._locks: defaultdict[tuple[int, str], threading.Lock] = defaultdict(threading.Lock)

    def get_or_make(self, clip: StoredClip, recipe: Recipe) -> StoredRendition:
        """Return the stored rendition of a clip.

        If no rendition is stored, transcode the clip and store the result.

        Raises:
            RenditionFailed: the clip cannot be transcoded to this recipe.
            StoreFull, StoreUnavailable: the store cannot store the rendition.
        """
        with self._locks[clip.id, recipe.name]:
            return self._find(clip, recipe) or self._make(clip, recipe)

    def make_again(self, clip: StoredClip, recipe: Recipe) -> StoredRendition:
        """Replace a rendition that the store has lost or damaged.

        If another request has already replaced the rendition, return the replacement.

        Raises:
            RenditionFailed, StoreFull, StoreUnavailable: see `get_or_make`.
            MediaMissing, MediaDamaged: the clip itself cannot be read.
        """
        with self._locks[clip.id, recipe.name]:
            found = self._find(clip, recipe)
            if found is not None and self._is_readable(found):
                return found
            key, size = self._transcode(clip, recipe)
            with self._database.write() as session:
                session.execute(
                    update(Rendition)
                    .where(Rendition.clip_id == clip.id, Rendition.recipe == recipe.name)
                    .values(media_key=key, bytes=size, created_at=self._clock())
                )
            log.warning("a rendition could not be read and was made again", extra={"fields": {"key": key}})
            return StoredRendition(key, size)

    def _is_readable(self, rendition: StoredRendition) -> bool:
        try:
            next(self._store.read_range(rendition.media_key, 0, rendition.bytes))
        except (MediaMissing, MediaDamaged):
            return False
        return True

    def _find(self, clip: StoredClip, recipe: Recipe) -> StoredRendition | None:
        with self._database.read() as session:
            return find_renditions(session, clip_ids=(clip.id,), recipe=recipe).get(clip.id)

    def _make(self, clip: StoredClip, recipe: Recipe) -> StoredRendition:
        key, size = self._transcode(clip, recipe)
        row = Rendition(
            clip_id=clip.id, recipe=recipe.name, media_key=key, bytes=size, created_at=self._clock()
        )
        try:
            with self._database.write() as session:
                session.add(row)
        except IntegrityError:
            # Another process made the same rendition at the same time and was the first to store a row.
            found = self._find(clip, recipe)
            assert found is not None
            return found
        return StoredRendition(key, size)

    def _transcode(self, clip: StoredClip, recipe: Recipe) -> tuple[str, int]:
        """Transcode a clip, and store the result; return its key and its size in bytes."""
        original = self._store.open_local(content_key("clips", clip.sha256))
        with original as source, self._store.private_file() as target:
            make_rendition(source, recipe, target, sandbox=self._sandbox)
            size = target.stat().st_size
            key = content_key("renditions", _sha256(target))
            self._store.put(key, target)
        return key, size


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
