"""Compares reported scores with scores that include the excluded votes."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.stats.intervals import wilson
from benchmark.stats.rounding import percent, percent_of_bound
from benchmark.stats.scores import Counts, count_matchups
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup


@dataclass(frozen=True)
class Score:
    """The reference's TI2V score in percent, with its Wilson interval.

    Score and interval are None if no pair is decided.
    """

    share: float | None
    low: float | None
    high: float | None
    pairs_decided: int
    votes: int


@dataclass(frozen=True)
class SideBySide:
    """Two scores of one matchup: the reported score, and the score that includes the excluded votes.

    `turns` is true if the excluded votes change which side is ahead.
    """

    matchup: str
    reported: Score
    with_excluded: Score

    @property
    def excluded(self) -> int:
        return self.with_excluded.votes - self.reported.votes

    @property
    def turns(self) -> bool:
        before, after = self.reported.share, self.with_excluded.share
        if before is None or after is None:
            return False
        return (before - 50) * (after - 50) < 0


def side_by_side(reported: Tallies, everything: Tallies, matchups: Sequence[Matchup]) -> list[SideBySide]:
    """Return, for each matchup, the TI2V scores with and without excluded votes.

    Args:
        reported: the tallies of the votes that count.
        everything: the tallies of all votes, including the excluded votes.
        matchups: the matchups to which `tallies.matchup` refers in both tallies.
    """
    counts = [count_matchups(tallies, len(matchups)) for tallies in (reported, everything)]
    return [
        SideBySide(matchup.name, _score(counts[0], index), _score(counts[1], index))
        for index, matchup in enumerate(matchups)
    ]


def side_by_side_sentence(row: SideBySide) -> str:
    """Return a sentence that compares the score with excluded votes and the score without them."""
    number = "1 excluded vote" if row.excluded == 1 else f"{row.excluded} excluded votes"
    if row.reported.share is None or row.with_excluded.share is None:
        return f"{row.matchup}: no pair is decided, with or without {number}."
    verdict = "the other side would be ahead" if row.turns else "the same side is ahead"
    return (
        f"{row.matchup}: {row.reported.share} % of {row.reported.pairs_decided} pairs as reported, "
        f"{row.with_excluded.share} % of {row.with_excluded.pairs_decided} with {number}; {verdict}."
    )


def _score(counts: Counts, index: int) -> Score:
    won, decided = int(counts.won_reference[index]), int(counts.decided[index])
    interval = wilson(won, decided) if decided else None
    return Score(
        share=percent(won, decided),
        low=percent_of_bound(interval.low) if interval else None,
        high=percent_of_bound(interval.high) if interval else None,
        pairs_decided=decided,
        votes=int(counts.votes[index]),
    )
