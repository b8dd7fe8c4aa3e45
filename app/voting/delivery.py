"""Serves the two clips of an assignment, and records how many bytes of each clip were delivered.

The server sends the same number of bytes for both clips. A vote is refused until both clips were delivered to
the last byte. The server records the delivery just before it sends the last chunk. The page can therefore
send a vote as soon as the last byte has arrived.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import Clock, utc_now
from app.database import Database
from app.media.comparison_clips import StoredClip, compared_clips
from app.media.padding import ByteRange, padded_length, padded_range
from app.media.rendition_cache import RenditionCache, StoredRendition, find_renditions
from app.media.renditions import Recipe
from app.media.store import MediaStore
from app.security.participants import HeldAssignment
from app.tables.voting import Assignment
from benchmark.protocol import Choice


@dataclass(frozen=True)
class RequestedClip:
    """The requested clip of an assignment, the assignment's other clip, and the renditions that exist."""

    assignment_id: int
    position: Choice
    clip: StoredClip
    other: StoredClip
    recipe: Recipe
    renditions: Mapping[int, StoredRendition]

    @property
    def is_prepared(self) -> bool:
        """Return whether the renditions of both clips exist."""
        return {self.clip.id, self.other.id} <= set(self.renditions)


@dataclass(frozen=True)
class ServedClip:
    """The bytes that the server sends for a clip: the rendition, then padding up to `length`."""

    assignment_id: int
    position: Choice
    rendition: StoredRendition
    length: int


@dataclass(frozen=True)
class ServedImage:
    key: str
    media_type: str


def requested_clip(session: Session, *, held: HeldAssignment, position: Choice) -> RequestedClip:
    """Read the database rows that are needed to serve the left or right clip of an assignment."""
    assignment = held.assignment
    clips = compared_clips(session, comparison_id=assignment.comparison_id, requested=held.study.renditions)
    side = assignment.side_of(position)
    clip, other = clips.of_side(side), clips.of_side(side.opposite)
    renditions = find_renditions(session, clip_ids=(clip.id, other.id), recipe=clips.recipe)
    return RequestedClip(assignment.id, position, clip, other, clips.recipe, renditions)


def prepare_clip(requested: RequestedClip, *, cache: RenditionCache) -> ServedClip:
    """Make the missing renditions of both clips, and return the requested clip for sending.

    Transcoding takes long, so the caller must not hold an open database session.
    """
    rendition, other = (
        requested.renditions.get(clip.id) or cache.get_or_make(clip, requested.recipe)
        for clip in (requested.clip, requested.other)
    )
    length = padded_length(rendition.bytes, other.bytes)
    return ServedClip(requested.assignment_id, requested.position, rendition, length)


def prepare_again(requested: RequestedClip, *, cache: RenditionCache) -> ServedClip:
    """Replace a rendition that the store has lost or damaged; see `prepare_clip`."""
    rendition = cache.make_again(requested.clip, requested.recipe)
    return prepare_clip(
        replace(requested, renditions={**requested.renditions, requested.clip.id: rendition}), cache=cache
    )


def served_image(session: Session, *, held: HeldAssignment) -> ServedImage:
    clips = compared_clips(
        session, comparison_id=held.assignment.comparison_id, requested=held.study.renditions
    )
    return ServedImage(clips.image_key, clips.image_type)


def clip_bytes(
    clip: ServedClip, requested: ByteRange, *, store: MediaStore, database: Database
) -> Iterator[bytes]:
    """Yield the requested bytes.

    Before the last chunk is sent, record how many bytes of the clip were delivered.
    """
    chunks = unrecorded_bytes(clip, requested, store=store)
    pending = next(chunks)
    for chunk in chunks:
        yield pending
        pending = chunk
    record_delivery(database, clip=clip, requested=requested)
    yield pending


def unrecorded_bytes(clip: ServedClip, requested: ByteRange, *, store: MediaStore) -> Iterator[bytes]:
    """Yield the requested bytes, without recording a delivery."""
    key = clip.rendition.media_key
    return padded_range(
        lambda start, stop: store.read_range(key, start, stop),
        clip.rendition.bytes,
        clip.length,
        requested.start,
        requested.stop,
    )


def record_delivery(
    database: Database, *, clip: ServedClip, requested: ByteRange, clock: Clock = utc_now
) -> None:
    """Record how many bytes of the clip were delivered, and when the last byte was delivered."""
    with database.write(durable=False) as session:
        assignment = session.execute(
            select(Assignment).where(Assignment.id == clip.assignment_id).with_for_update()
        ).scalar_one()
        delivered, completed_at = f"{clip.position}_delivered", f"{clip.position}_delivered_whole_at"
        before: int = getattr(assignment, delivered)
        if requested.start > before or requested.stop <= before:
            return
        setattr(assignment, delivered, requested.stop)
        if requested.stop >= clip.length and getattr(assignment, completed_at) is None:
            setattr(assignment, completed_at, clock())
