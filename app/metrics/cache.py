"""Caches values that are computed from many scores, until a job that measures the clips changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from typing import Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.tables.jobs import Job, job_kind_is
from benchmark.protocol import JobKind

Value = TypeVar("Value")


class StampedCache(Generic[Value]):
    """Keeps the most recently used values. A cached value is valid until its stamp changes."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, tuple[Hashable, Value]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, stamp: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the cached value of a key; compute the value if none is cached or its stamp differs."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == stamp:
                self._kept.move_to_end(key)
                return kept[1]
        value = compute()
        with self._lock:
            self._kept[key] = (stamp, value)
            self._kept.move_to_end(key)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return value


def scores_stamp(session: Session, submission_ids: Collection[int]) -> tuple[Hashable, ...]:
    """Return a stamp that changes whenever scores of these submissions change; empty if there are no jobs.

    A transaction that stores scores also ends a job, so the stamp is computed from the jobs.
    """
    rows = session.execute(
        select(Job.submission_id, Job.suite, Job.status, func.count(), func.max(Job.ended_at))
        .where(Job.submission_id.in_(submission_ids), job_kind_is(JobKind.MEASURE))
        .group_by(Job.submission_id, Job.suite, Job.status)
        .order_by(Job.submission_id, Job.suite, Job.status)
    )
    return tuple(tuple(row) for row in rows)
