"""Reads the two tags of pairs by which a study's results are split: image style and hard case."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.tables.bench import Pair
from app.tables.studies import Study
from benchmark.stats.breakdowns import Division


@dataclass(frozen=True)
class PairTags:
    """The tags of one pair. A tag is None if the benchmark does not set the tag for this pair."""

    style: str | None
    hard_case: str | None


def tags_of_pairs(session: Session, study: Study) -> dict[str, PairTags]:
    """Return the tags of every pair of the study's benchmark, keyed by pair ID."""
    query = select(Pair.name, Pair.tags).where(Pair.benchmark_id == study.benchmark_id)
    return {
        row.name: PairTags(_text(row.tags.get(Division.STYLE)), _text(row.tags.get(Division.HARD_CASE)))
        for row in session.execute(query)
    }


def _text(tag: object) -> str | None:
    return str(tag) if tag else None
