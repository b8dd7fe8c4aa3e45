"""All tables; importing this package completes the metadata."""

from app.tables import audit, bench, jobs, people, shares, studies, submissions, tasks, voting
from app.tables.base import Base

__all__ = ["Base", "audit", "bench", "jobs", "people", "shares", "studies", "submissions", "tasks", "voting"]
