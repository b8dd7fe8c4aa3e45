"""Makes a rendition when it is first requested, and records the rendition's store key in the database."""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.media.comparison_clips import StoredClip
from app.media.renditions import Recipe, make_rendition
from app.media.sandbox import Sandbox
from app.media.store import MediaStore, content_key
from app.tables.submissions import Rendition

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

    def _find(self, clip: StoredClip, recipe: Recipe) -> StoredRendition | None:
        with self._database.read() as session:
            return find_renditions(session, clip_ids=(clip.id,), recipe=recipe).get(clip.id)

    def _make(self, clip: StoredClip, recipe: Recipe) -> StoredRendition:
        original = self._store.open_local(content_key("clips", clip.sha256))
        with original as source, self._store.private_file() as target:
            make_rendition(source, recipe, target, sandbox=self._sandbox)
            size = target.stat().st_size
            key = content_key("renditions", _sha256(target))
            self._store.put(key, target)
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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
