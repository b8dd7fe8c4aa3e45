"""Stores an uploaded clip that the sandbox has probed: both the file and the database row, or neither."""

import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import Clock, utc_now
from app.database import Database
from app.errors import Conflict, Invalid
from app.media.probe import ClipFacts, ClipRejected, probe_clip
from app.media.sandbox import Sandbox
from app.media.store import MediaStore, content_key, full_disk_as_store_full
from app.security.identity import Principal
from app.submissions.repository import is_stored
from app.submissions.service import note_clip_change
from app.submissions.streaming import ReceivedFile
from app.tables.submissions import Clip


@dataclass(frozen=True)
class UploadTarget:
    """The target of an upload: a pair and seed of a submission.

    `stored_sha256` is the digest of the clip that the target already has; None without a stored clip.
    """

    submission_id: int
    pair_id: int
    seed: int
    image_key: str
    stored_sha256: str | None


class UploadAuthorization(Protocol):
    """The right to upload one clip, either as the owner of the submission or for a job."""

    def find_target(self, session: Session) -> UploadTarget:
        """Return the submission and the pair that the upload is for, without locking any row.

        Raises:
            NotFound, Conflict: the target accepts no clips, or accepts no clips from this person.
        """

    def lock_target(self, session: Session, target: UploadTarget) -> "LockedTarget":
        """Lock the target, and repeat the checks whose result may have changed since `find_target`.

        Raises:
            NotFound, Conflict: see `find_target`.
        """


class LockedTarget(Protocol):
    """A target that no other transaction can change."""

    def clip_stored(self, session: Session, *, now: datetime) -> None:
        """Update the jobs and the submission after the clip was stored, in the same transaction."""


@dataclass(frozen=True)
class UploadedClip:
    """The stored clip. `is_new` is False if the target already had a clip."""

    clip: Clip
    is_new: bool


@dataclass(frozen=True)
class ClipStorage:
    """Stores uploaded clips."""

    database: Database
    store: MediaStore
    sandbox: Sandbox

    def save(
        self,
        received: ReceivedFile,
        *,
        target: UploadTarget,
        authorization: UploadAuthorization,
        provenance: dict[str, Any] | None = None,
        replace_as: Principal | None = None,
        clock: Clock = utc_now,
    ) -> UploadedClip:
        """Store a received file as the clip of a target; storing the same bytes again changes nothing.

        1. If a clip with these bytes was stored before the body was read, return immediately.
        2. Probe the file, outside any database session.
        3. In one write transaction: lock and check the target again, write the row, store the file.
        4. Delete the bytes of a clip that was replaced.

        Args:
            replace_as: the person who replaces a stored clip by a clip with different bytes. If None, a
                stored clip is not replaced.

        Raises:
            NotFound, Conflict: the authorization refuses the upload, or other bytes are stored and
            `replace_as` is None.
            Invalid: the file is refused as a clip; the error code gives the reason.
            StoreFull, StoreUnavailable: the store cannot store the clip; nothing was recorded.
        """
        if target.stored_sha256 is not None:
            with self.database.read() as session:
                before = _stored_clip(session, target)
            if before is not None and _is_same(before, received, may_replace=replace_as is not None):
                return UploadedClip(before, is_new=False)
        facts = self._probe(received.path, target.image_key)
        # Flush the file to disk before taking the lock, so that other writers need not wait for the disk.
        _flush_to_disk(received.path)
        with self.database.write() as session:
            locked = authorization.lock_target(session, target)
            # Since the lookup, another upload may have stored a clip for the same pair and seed.
            before = _stored_clip(session, target)
            if before is not None and _is_same(before, received, may_replace=replace_as is not None):
                return UploadedClip(before, is_new=False)
            replaced = before.sha256 if before else None
            now = clock()
            facts_of_row = _row_of(received, facts, provenance, now)
            if before is None or replace_as is None:
                clip = _add_clip(session, target, facts_of_row)
            else:
                clip = _replace_clip(session, before, facts_of_row, replace_as)
            locked.clip_stored(session, now=now)
            self._store_and_commit(session, received)
        if replaced is not None:
            self.delete_unused(replaced)
        return UploadedClip(clip, is_new=replaced is None)

    def delete_unused(self, sha256: str) -> None:
        """Delete the stored file of a clip if no row refers to this file.

        Call this function after the commit.
        """
        with self.database.write() as session:
            # An upload of the same bytes waits for this lock, and then stores the bytes again.
            _lock_content(session, sha256)
            if not session.scalar(select(is_stored(sha256))):
                self.store.delete(content_key("clips", sha256))

    def _store_and_commit(self, session: Session, received: ReceivedFile) -> None:
        """Store the file and commit the clip's row.

        If the commit fails and no other row refers to the file, delete the file. The target stays locked
        while the file is stored. If two uploads run at the same time, one of them is refused. Because of the
        lock, the refused upload leaves no file without a row. Writers to the same target wait for some
        milliseconds; on SQLite, all writers wait.
        """
        key = content_key("clips", received.sha256)
        _lock_content(session, received.sha256)
        self.store.put(key, received.path)
        try:
            session.commit()
        except SQLAlchemyError:
            # The disk had space for the clip, but not for its row. Another row, added between the commit and
            # the lock, may refer to the same bytes.
            session.rollback()
            _lock_content(session, received.sha256)
            if not session.scalar(select(is_stored(received.sha256))):
                self.store.delete(key)
            raise

    def _probe(self, path: Path, image_key: str) -> ClipFacts:
        with self.store.open_local(image_key) as image:
            try:
                return probe_clip(path, sandbox=self.sandbox, input_image=image)
            except ClipRejected as rejected:
                raise Invalid(rejected.message, code=rejected.code.value) from rejected


def _stored_clip(session: Session, target: UploadTarget) -> Clip | None:
    return session.scalar(
        select(Clip).where(
            Clip.submission_id == target.submission_id,
            Clip.pair_id == target.pair_id,
            Clip.seed == target.seed,
        )
    )


def _is_same(clip: Clip, received: ReceivedFile, *, may_replace: bool) -> bool:
    """Return whether the target's clip has these bytes.

    Raises:
        Conflict: different bytes are stored, and these bytes must not be replaced.
    """
    if clip.sha256 != received.sha256 and not may_replace:
        raise Conflict(
            "The submission already has another clip of this pair and seed. While it is open, "
            "replace=true replaces the clip.",
            code="clip_exists",
        )
    return clip.sha256 == received.sha256


def _row_of(
    received: ReceivedFile, facts: ClipFacts, provenance: dict[str, Any] | None, now: datetime
) -> dict[str, Any]:
    """Return the values of those columns of a clip that depend on the clip's bytes."""
    return {
        "sha256": received.sha256,
        "provenance": provenance,
        "received_at": now,
        **asdict(facts),
    }


def _add_clip(session: Session, target: UploadTarget, columns: dict[str, Any]) -> Clip:
    clip = Clip(submission_id=target.submission_id, pair_id=target.pair_id, seed=target.seed, **columns)
    session.add(clip)
    session.flush()
    return clip


def _replace_clip(session: Session, clip: Clip, columns: dict[str, Any], principal: Principal) -> Clip:
    note_clip_change(
        session,
        "clip.replace",
        clip=clip,
        principal=principal,
        now=columns["received_at"],
        new_sha256=columns["sha256"],
    )
    for name, value in columns.items():
        setattr(clip, name, value)
    session.flush()
    return clip


def _flush_to_disk(path: Path) -> None:
    with full_disk_as_store_full(), path.open("rb") as file:
        os.fsync(file.fileno())


def _lock_content(session: Session, sha256: str) -> None:
    """Lock the bytes: only one transaction at a time can store or delete a file with these bytes.

    SQLite needs no lock here, because SQLite has only one writer.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(sha256[:15], base=16))))
