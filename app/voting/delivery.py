"""Serves an assignment's two clips alike, and remembers how much of each was served.

A vote is refused until both were served to the last byte, so the mark is set just before the last chunk goes
out: a page that votes at once after the last byte must not be told to wait.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.media.comparison_clips import compared_clips
from app.media.padding import ByteRange, padded_length, padded_range
from app.media.rendition_cache import Renditions, StoredRendition
from app.media.store.base import MediaStore
from app.tables.studies import Study
from app.tables.voting import Assignment
from benchmark.protocol import Choice


@dataclass(frozen=True)
class ServedClip:
    """One clip of an assignment as it is served: the rendition's bytes, then padding up to `length`."""

    assignment_id: int
    stands: Choice
    rendition: StoredRendition
    length: int


@dataclass(frozen=True)
class ServedImage:
    key: str
    media_type: str


def served_clip(
    session: Session, *, assignment: Assignment, stands: Choice, renditions: Renditions
) -> ServedClip:
    """Return the clip standing left or right, both of the comparison brought to one length."""
    study = session.get_one(Study, assignment.study_id)
    clips = compared_clips(session, comparison_id=assignment.comparison_id, wish=study.renditions)
    side = assignment.left_side if stands is Choice.LEFT else assignment.left_side.opposite
    mine = renditions.of_clip(clips.of_side(side), clips.recipe)
    theirs = renditions.of_clip(clips.of_side(side.opposite), clips.recipe)
    return ServedClip(assignment.id, stands, mine, padded_length(mine.bytes, theirs.bytes))


def served_image(session: Session, *, assignment: Assignment) -> ServedImage:
    study = session.get_one(Study, assignment.study_id)
    clips = compared_clips(session, comparison_id=assignment.comparison_id, wish=study.renditions)
    return ServedImage(clips.image_key, clips.image_type)


def clip_bytes(
    clip: ServedClip, asked: ByteRange, *, store: MediaStore, database: Database
) -> Iterator[bytes]:
    """Yield the asked bytes; before the last chunk, note how far this clip was delivered."""
    key = clip.rendition.media_key
    chunks = padded_range(
        lambda start, stop: store.read_range(key, start, stop),
        clip.rendition.bytes,
        clip.length,
        asked.start,
        asked.stop,
    )
    waiting = next(chunks)
    for chunk in chunks:
        yield waiting
        waiting = chunk
    note_delivered(database, clip=clip, asked=asked, now=utc_now())
    yield waiting


def note_delivered(database: Database, *, clip: ServedClip, asked: ByteRange, now: datetime) -> None:
    """Move the mark of what was served without a gap from the start; set the time it was whole."""
    with database.write(durable=False) as session:
        assignment = session.execute(
            select(Assignment).where(Assignment.id == clip.assignment_id).with_for_update()
        ).scalar_one()
        delivered, whole_at = f"{clip.stands}_delivered", f"{clip.stands}_delivered_whole_at"
        before: int = getattr(assignment, delivered)
        if asked.start > before or asked.stop <= before:
            return
        setattr(assignment, delivered, asked.stop)
        if asked.stop >= clip.length and getattr(assignment, whole_at) is None:
            setattr(assignment, whole_at, now)
