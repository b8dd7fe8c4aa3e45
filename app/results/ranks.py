"""The leaderboard of a study with several references: who stands where, and how sure that is."""

from dataclasses import replace

from app.results.naming import Naming
from app.results.page import RankRow, Ranks
from app.results.tallies import CountedStudy
from benchmark.exports.layouts import EMPTY
from benchmark.stats.leaderboard import LeaderboardRow, leaderboard, leaderboard_sentence


def ranks(counted: CountedStudy, naming: Naming, *, is_interim: bool) -> Ranks | None:
    """Return the models by strength; None where one reference meets everybody, as table 1 says it all then.

    An open study gets no sentence: who is first is a conclusion.
    """
    if naming.reference is not None or not counted.tallies.votes.any():
        return None
    rows = leaderboard(counted.tallies, counted.matchups)
    return Ranks(
        sentence=""
        if is_interim
        else leaderboard_sentence([replace(row, model=naming.side(row.model)) for row in rows]),
        rows=tuple(_row(row, naming) for row in rows),
    )


def _row(row: LeaderboardRow, naming: Naming) -> RankRow:
    return RankRow(
        rank=EMPTY if row.rank is None else str(row.rank),
        possible=_span(row.rank_low, row.rank_high),
        name=naming.side(row.model),
        strength=EMPTY if row.strength is None else f"{row.strength:.2f}",
        interval=_interval(row.strength_low, row.strength_high),
        expected_share=EMPTY if row.expected_share is None else str(row.expected_share),
        votes=row.votes,
    )


def _span(low: int | None, high: int | None) -> str:
    if low is None or high is None:
        return EMPTY
    return str(low) if low == high else f"{low} to {high}"


def _interval(low: float | None, high: float | None) -> str:
    return EMPTY if low is None or high is None else f"[{low:.2f}, {high:.2f}]"
