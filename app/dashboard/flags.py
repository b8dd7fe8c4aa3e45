"""Finds flagged annotators and sensitive matchups of a study.

The statistics take 0.6 s for 72,000 votes, so the browser requests the flags after the page is shown.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.annotators.cache import kept_annotators
from app.annotators.labels import flag_names
from app.tables.studies import Study


@dataclass(frozen=True)
class FlaggedAnnotator:
    """An annotator with open flags who is not excluded and has not left the study."""

    name: str
    flags: tuple[str, ...]
    votes: int


@dataclass(frozen=True)
class Flags:
    """The flags of a study. `sensitive` lists the matchups whose result depends on one annotator."""

    at: datetime
    annotators: tuple[FlaggedAnnotator, ...]
    sensitive: tuple[str, ...]


def study_flags(session: Session, study: Study) -> Flags:
    """Return the flags of a study; while people vote, the flags may be up to a minute old."""
    kept = kept_annotators(session, study)
    flagged = [
        FlaggedAnnotator(report.name, flag_names(report), report.valid)
        for report in kept.found.annotators
        if report.open_flags and report.excluded_at is None and report.left_at is None
    ]
    sensitive = tuple(line.row.matchup for line in kept.found.matchups if line.depends_on_one)
    return Flags(kept.at, tuple(sorted(flagged, key=lambda each: -len(each.flags))), sensitive)
