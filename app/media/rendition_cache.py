"""Makes renditions when they are first needed, each once, and remembers where they lie."""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.media.comparison_clips import StoredClip
from app.media.renditions import Recipe, make_rendition
from app.media.sandbox.client import Sandbox
from app.media.store.base import MediaStore, content_key
from app.tables.submissions import Rendition


@dataclass(frozen=True)
class StoredRendition:
    media_key: str
    bytes: int


class Renditions:
    """Finds the rendition of a clip, or makes it; two requests for the same one wait for one transcode."""

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
        self._making: defaultdict[tuple[int, str], threading.Lock] = defaultdict(threading.Lock)

    def of_clip(self, clip: StoredClip, recipe: Recipe) -> StoredRendition:
        """Return the stored rendition of a clip.

        Raises:
            RenditionFailed: the clip cannot be brought into this form.
            StoreFull, StoreUnavailable: from the store.
        """
        name = recipe.name
        with self._making[clip.id, name]:
            with self._database.read() as session:
                found = _find(session, clip_id=clip.id, recipe=name)
            return found or self._make(clip, recipe, name)

    def _make(self, clip: StoredClip, recipe: Recipe, name: str) -> StoredRendition:
        original = self._store.open_local(content_key("clips", clip.sha256))
        with original as source, self._store.private_file() as target:
            make_rendition(source, recipe, target, sandbox=self._sandbox)
            size = target.stat().st_size
            key = content_key("renditions", _sha256(target))
            self._store.put(key, target)
        try:
            with self._database.write() as session:
                session.add(
                    Rendition(
                        clip_id=clip.id, recipe=name, media_key=key, bytes=size, created_at=self._clock()
                    )
                )
        except IntegrityError:
            # Another process made the same one at the same time; its row says where it lies.
            with self._database.read() as session:
                found = _find(session, clip_id=clip.id, recipe=name)
            assert found is not None
            return found
        return StoredRendition(key, size)


def _find(session: Session, *, clip_id: int, recipe: str) -> StoredRendition | None:
    row = session.execute(
        select(Rendition.media_key, Rendition.bytes).where(
            Rendition.clip_id == clip_id, Rendition.recipe == recipe
        )
    ).one_or_none()
    return StoredRendition(row.media_key, row.bytes) if row else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
