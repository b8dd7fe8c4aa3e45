"""Writes a sentence for results pages that names the seeds of the shown clips."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from app.panels.side_names import Naming
from app.panels.sides import MatchupSides
from app.tables.studies import Matchup, Study
from app.tables.submissions import Clip
from benchmark.plurals import listed


def seeds_sentence(session: Session, study: Study, sides: Iterable[MatchupSides], naming: Naming) -> str:
    """Return a sentence with the seed of each side; empty if the submissions have clips of seed 0 only."""
    compared = union_all(
        select(Matchup.reference_id).where(Matchup.study_id == study.id),
        select(Matchup.other_id).where(Matchup.study_id == study.id),
    )
    other_seed = select(Clip.id).where(Clip.submission_id.in_(compared), Clip.seed > 0).limit(1)
    if session.scalar(other_seed) is None:
        return ""
    seeds: defaultdict[str, set[int]] = defaultdict(set)
    for each in sides:
        seeds[each.reference].add(each.reference_seed)
        seeds[each.other].add(each.other_seed)
    shown = (f"{naming.side(side)} with seed {_numbers(seeds[side])}" for side in sorted(seeds))
    return f"Annotators saw one clip per pair and model: {listed(list(shown))}."


def _numbers(seeds: set[int]) -> str:
    return listed(list(map(str, sorted(seeds))))
