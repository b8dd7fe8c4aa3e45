"""Keeps one received clip: probed in the sandbox, stored, recorded; all of it or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.errors import Invalid
from app.media.probe import ClipFacts, ClipRejected, probe_clip
from app.media.sandbox import Sandbox
from app.media.store import MediaMissing, MediaStore, content_key
from app.security.identity import Principal
from app.submissions import service
from app.submissions.receiving import ReceivedFile
from app.tables.submissions import Clip


@dataclass(frozen=True)
class ClipKeeper:
    """What it takes to keep a clip."""

    database: Database
    store: MediaStore
    sandbox: Sandbox

    def keep(
        self, received: ReceivedFile, *, principal: Principal, public_id: str, pair_name: str, now: datetime
    ) -> "KeptClip":
        """Keep a received file as the clip of a pair; the same bytes again change nothing.

        Raises:
            NotFound: no such submission of this person's, or no such pair.
            Conflict: the submission is not open, or other bytes were handed in for this pair.
            Invalid: the file is not a clip we take; the code says why.
            StoreFull, StoreUnavailable: from the store; nothing was recorded.
        """
        with self.database.read() as session:
            submission = service.find_submission(
                session, public_id=public_id, principal=principal, for_change=True
            )
            pair = service.find_slot(session, submission=submission, pair_name=pair_name)
            before = service.stored_clip(session, submission=submission, pair=pair)
        if before is not None:
            service.refuse_other_bytes(before, received.sha256)
            return KeptClip(before, is_new=False)
        facts = self._probe(received.path, pair.image_key)
        with self.database.write() as session:
            submission = service.find_submission(
                session, public_id=public_id, principal=principal, for_change=True
            )
            pair = service.find_slot(session, submission=submission, pair_name=pair_name)
            # Two uploads of one pair may have come this far together; the second meets the first here.
            clip = service.stored_clip(session, submission=submission, pair=pair)
            if clip is not None:
                service.refuse_other_bytes(clip, received.sha256)
                return KeptClip(clip, is_new=False)
            clip = service.add_clip(
                session, submission=submission, pair=pair, sha256=received.sha256, facts=facts, now=now
            )
            # Stored while the slot is held: a file that lost the race would stay without a row. The price is
            # that other writers wait for it, on SQLite all of them, for some milliseconds.
            with self._stored(received):
                session.commit()
        return KeptClip(clip, is_new=True)

    @contextmanager
    def _stored(self, received: ReceivedFile) -> Iterator[None]:
        """Store a file for as long as the block succeeds; one that another clip uses stays in any case."""
        key = content_key("clips", received.sha256)
        was_there = self._is_stored(key)
        self.store.put(key, received.path)
        try:
            yield
        except SQLAlchemyError:
            # The disk had room for the clip, but not for its row any more.
            if not was_there:
                self.store.delete(key)
            raise

    def _is_stored(self, key: str) -> bool:
        try:
            self.store.size(key)
        except MediaMissing:
            return False
        return True

    def _probe(self, path: Path, image_key: str) -> ClipFacts:
        with self.store.open_local(image_key) as image:
            try:
                return probe_clip(path, sandbox=self.sandbox, input_image=image)
            except ClipRejected as rejected:
                raise Invalid(rejected.message, code=rejected.code.value) from rejected


@dataclass(frozen=True)
class KeptClip:
    clip: Clip
    is_new: bool
