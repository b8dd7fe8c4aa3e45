"""All tables, so that one import makes the metadata whole."""

from app.tables import audit, bench, jobs, people, shares, studies, submissions, tasks, voting
from app.tables.base import Base

__all__ = ["Base", "audit", "bench", "jobs", "people", "shares", "studies", "submissions", "tasks", "voting"]
