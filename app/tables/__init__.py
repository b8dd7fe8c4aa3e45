"""Defines all database tables.

After the import of this package, the SQLAlchemy metadata contains all tables.
"""

from app.tables import (
    audit,
    bench,
    flags,
    gold_clips,
    jobs,
    metric_scores,
    people,
    phases,
    platforms,
    playback,
    shares,
    studies,
    submissions,
    tasks,
    voting,
)
from app.tables.base import Base

__all__ = [
    "Base",
    "audit",
    "bench",
    "flags",
    "gold_clips",
    "jobs",
    "metric_scores",
    "people",
    "phases",
    "platforms",
    "playback",
    "shares",
    "studies",
    "submissions",
    "tasks",
    "voting",
]
