"""Keeps the figures of a study's annotators between requests.

An exclusion, a reinstatement, a withdrawal or a new annotator makes the figures invalid. While a study is
open, the figures may be a minute old. For 72,000 votes, the bootstrap takes 0.6 s, which is too long for
every request.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.annotators.queries import StudyAnnotators, study_annotators
from app.clock import utc_now
from app.tables.audit import AuditEvent
from app.tables.people import Annotator
from app.tables.studies import Study
from app.tables.voting import Vote
from benchmark.protocol import StudyStatus

MAX_AGE = timedelta(minutes=1)
MAX_KEPT = 32
_Key = tuple[int, datetime]


@dataclass(frozen=True)
class KeptAnnotators:
    """The figures of a study's annotators, and the time at which the figures were computed."""

    at: datetime
    found: StudyAnnotators
    last_vote: int | None
    decisions: tuple[int | None, ...]


_KEPT: WeakKeyDictionary[Engine, OrderedDict[_Key, KeptAnnotators]] = WeakKeyDictionary()
_LOCK = threading.Lock()


def kept_annotators(session: Session, study: Study) -> KeptAnnotators:
    """Return the figures of a study's annotators; in an open study, the figures are at most a minute old."""
    now = utc_now()
    last_vote, decisions = _last_vote(session, study), _decisions(session, study)
    engine: Engine = session.get_bind().engine
    # SQLite may give a new study the id of a removed study, so the key also contains the study's creation
    # time.
    key = study.id, study.created_at
    with _LOCK:
        kept = _KEPT.setdefault(engine, OrderedDict())
        found = kept.get(key)
    if found is not None and found.decisions == decisions:
        is_unchanged = study.status is not StudyStatus.OPEN and found.last_vote == last_vote
        if is_unchanged or now - found.at < MAX_AGE:
            return found
    found = KeptAnnotators(now, study_annotators(session, study), last_vote, decisions)
    with _LOCK:
        kept[key] = found
        kept.move_to_end(key)
        if len(kept) > MAX_KEPT:
            kept.popitem(last=False)
    return found


def recent_annotators(session: Session, study: Study) -> StudyAnnotators | None:
    """Return the figures that the last call of `kept_annotators` computed; None before the first call.

    This function never computes figures, so it is fast. The figures may be old.
    """
    engine: Engine = session.get_bind().engine
    with _LOCK:
        kept = _KEPT.get(engine, OrderedDict()).get((study.id, study.created_at))
    return kept.found if kept is not None else None


def _last_vote(session: Session, study: Study) -> int | None:
    return session.scalar(select(func.max(Vote.id)).where(Vote.study_id == study.id))


def _decisions(session: Session, study: Study) -> tuple[int | None, ...]:
    """Return a cache key that changes with each exclusion, reinstatement, withdrawal and new annotator."""
    last_event = session.scalar(select(func.max(AuditEvent.id)).where(AuditEvent.subject == study.slug))
    people = session.execute(
        select(func.count(), func.count(Annotator.withdrawn_at), func.count(Annotator.excluded_at)).where(
            Annotator.study_id == study.id
        )
    ).one()
    return last_event, *people
