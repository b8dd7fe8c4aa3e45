"""What the statistics of a study are computed from; everything after the count is the library's."""

from dataclasses import dataclass

from app.panels.sides import MatchupSides, matchup_sides, side_name
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup

__all__ = ["CountedStudy", "MatchupSides", "matchup_sides", "side_name"]


@dataclass(frozen=True)
class CountedStudy:
    """A study's matchups and one tally per comparison, ready for `benchmark.stats`."""

    matchups: tuple[Matchup, ...]
    sides: tuple[MatchupSides, ...]
    tallies: Tallies
