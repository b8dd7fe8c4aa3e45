"""Formats the share of votes that the leaderboard expects for each side."""

from app.results.live.tallies import CountedStudy
from benchmark.exports.printed_cells import plain_cell
from benchmark.stats.leaderboard import leaderboard


def expected_shares(counted: CountedStudy) -> dict[str, str]:
    """Return the formatted share of each side, in the order of the ranks; empty if no share is known."""
    if not counted.tallies.votes.any():
        return {}
    rows = leaderboard(counted.tallies, counted.matchups)
    if all(row.expected_share is None for row in rows):
        return {}
    return {row.model: plain_cell(row.expected_share) for row in rows}
