"""Keeps one received clip: probed in the sandbox, stored, recorded; all of it or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import Invalid
from app.media.probe import ClipFacts, ClipRejected, probe_clip
from app.media.sandbox import Sandbox
from app.media.store import MediaMissing, MediaStore, content_key
from app.security.identity import Principal
from app.submissions import service
from app.submissions.receiving import ReceivedFile
from app.tables.bench import Pair
from app.tables.submissions import Clip, Submission


@dataclass(frozen=True)
class ClipKeeper:
    """What it takes to keep a clip."""

    database: Database
    store: MediaStore
    sandbox: Sandbox

    def keep(
        self, received: ReceivedFile, *, principal: Principal, public_id: str, pair_name: str, now: datetime
    ) -> "KeptClip":
        """Keep a received file as the clip of a pair in a submission of one's own; see `keep_through`."""
        return self.keep_through(OwnEntrance(principal, public_id, pair_name), received, now=now)

    def keep_through(
        self,
        entrance: "Entrance",
        received: ReceivedFile,
        *,
        now: datetime,
        provenance: dict[str, Any] | None = None,
    ) -> "KeptClip":
        """Keep a received file as the clip of a slot; the same bytes again change nothing.

        Raises:
            NotFound: no such submission of this person's, or no such pair.
            Conflict: the submission is not open, or other bytes were handed in for this pair.
            Invalid: the file is not a clip we take; the code says why.
            StoreFull, StoreUnavailable: from the store; nothing was recorded.
        """
        with self.database.read() as session:
            slot = entrance.slot(session)
            before = service.stored_clip(session, submission=slot.submission, pair=slot.pair)
        if before is not None:
            service.refuse_other_bytes(before, received.sha256)
            return KeptClip(before, is_new=False)
        facts = self._probe(received.path, slot.pair.image_key)
        with self.database.write() as session:
            slot = entrance.slot(session)
            # Two uploads of one pair may have come this far together; the second meets the first here.
            clip = service.stored_clip(session, submission=slot.submission, pair=slot.pair)
            if clip is not None:
                service.refuse_other_bytes(clip, received.sha256)
                return KeptClip(clip, is_new=False)
            clip = service.add_clip(
                session,
                submission=slot.submission,
                pair=slot.pair,
                sha256=received.sha256,
                facts=facts,
                provenance=provenance,
                now=now,
            )
            entrance.recorded(session, slot, now=now)
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


@dataclass(frozen=True)
class Slot:
    """Where a clip goes."""

    submission: Submission
    pair: Pair


class Entrance(Protocol):
    """By what right a clip is handed in: as the submission's owner, or for a job."""

    def slot(self, session: Session) -> Slot:
        """Return the slot, its submission locked; raise what speaks against a clip for it."""

    def recorded(self, session: Session, slot: Slot, *, now: datetime) -> None:
        """Change what follows from a new clip, in its own transaction."""


@dataclass(frozen=True)
class OwnEntrance:
    """The way of somebody who hands in clips of their own submission."""

    principal: Principal
    public_id: str
    pair_name: str

    def slot(self, session: Session) -> Slot:
        submission = service.find_submission(
            session, public_id=self.public_id, principal=self.principal, for_change=True
        )
        return Slot(submission, service.find_slot(session, submission=submission, pair_name=self.pair_name))

    def recorded(self, session: Session, slot: Slot, *, now: datetime) -> None:
        """Change nothing else."""
