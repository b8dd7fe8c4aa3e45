"""Keeps one received clip: probed in the sandbox, stored, recorded; all of it or nothing."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import exists, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import Invalid
from app.media.probe import ClipFacts, ClipRejected, probe_clip
from app.media.sandbox.client import Sandbox
from app.media.store.base import MediaStore, content_key
from app.security.identity import Principal
from app.submissions import service
from app.submissions.streaming import ReceivedFile
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
            before = _kept_before(session, slot, received)
        if before is not None:
            return before
        facts = self._probe(received.path, slot.pair.image_key)
        with self.database.write() as session:
            return self._record(session, entrance, received, facts, provenance, now)

    def _record(
        self,
        session: Session,
        entrance: "Entrance",
        received: ReceivedFile,
        facts: ClipFacts,
        provenance: dict[str, Any] | None,
        now: datetime,
    ) -> "KeptClip":
        slot = entrance.slot(session)
        # Two uploads of one pair may have come this far together; the second meets the first here.
        before = _kept_before(session, slot, received)
        if before is not None:
            return before
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
        self._store_and_commit(session, received)
        return KeptClip(clip, is_new=True)

    def _store_and_commit(self, session: Session, received: ReceivedFile) -> None:
        """Store the file and commit its row; a file that no row names is removed again.

        Stored while the slot is held: a file that lost the race would stay without a row. The price is that
        other writers wait for it, on SQLite all of them, for some milliseconds.
        """
        key = content_key("clips", received.sha256)
        _wait_for_same_bytes(session, received.sha256)
        self.store.put(key, received.path)
        try:
            session.commit()
        except SQLAlchemyError:
            # The disk had room for the clip, but not for its row any more. Another row may name the same
            # bytes, and may have come between the commit and the lock.
            session.rollback()
            _wait_for_same_bytes(session, received.sha256)
            if not session.scalar(select(exists().where(Clip.sha256 == received.sha256))):
                self.store.delete(key)
            raise

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


def _kept_before(session: Session, slot: Slot, received: ReceivedFile) -> KeptClip | None:
    """Return the clip the slot has already, if any; other bytes than received are a Conflict."""
    clip = service.stored_clip(session, submission=slot.submission, pair=slot.pair)
    if clip is None:
        return None
    service.refuse_other_bytes(clip, received.sha256)
    return KeptClip(clip, is_new=False)


def _wait_for_same_bytes(session: Session, sha256: str) -> None:
    """Let one transaction at a time store or remove these bytes; SQLite has one writer in any case."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(sha256[:15], base=16))))


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
