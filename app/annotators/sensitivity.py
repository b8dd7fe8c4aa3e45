"""Computes how much the score of each matchup depends on single annotators."""

from dataclasses import dataclass, replace

import numpy as np

from app.annotators.vote_columns import VoteColumns
from benchmark.protocol import COUNTED_STATUSES
from benchmark.stats.annotator_sensitivity import sensitivity_of_annotators
from benchmark.stats.dawid_skene import dawid_skene
from benchmark.stats.sensitivity import SensitivityRow
from benchmark.stats.votes import Votes


@dataclass(frozen=True)
class MatchupSensitivity:
    """Measures how much the score of one matchup depends on single annotators.

    `dawid_skene` is the score of the reference in percent; the votes are weighted by the estimated accuracy
    of their annotators. `dawid_skene` is None if no pair has a majority, or if the estimate does not
    converge.
    """

    row: SensitivityRow
    dawid_skene: float | None

    @property
    def depends_on_one(self) -> bool:
        """Return whether a matchup's result depends on one annotator.

        The result depends on an annotator in two cases: without this annotator's votes, the other side leads,
        or no pair has a majority.
        """
        score, lowest, highest = self.row.ti2v_score_reference, self.row.lowest, self.row.highest
        if score is None or lowest is None or highest is None:
            return True
        return lowest <= 50 < score or highest >= 50 > score


def matchup_sensitivity(columns: VoteColumns, *, seed: int) -> tuple[MatchupSensitivity, ...]:
    """Return the sensitivity of each matchup; the tuple is empty if no vote counts."""
    votes = _without_unused_names(columns.of_status(*COUNTED_STATUSES))
    if not len(votes):
        return ()
    rows = sensitivity_of_annotators(votes, rng=np.random.default_rng(seed))
    return tuple(MatchupSensitivity(*line) for line in zip(rows, _weighted_scores(votes), strict=True))


def _without_unused_names(votes: Votes) -> Votes:
    """Remove the names of matchups and annotators without a vote, and return the votes."""
    matchups, annotators = np.unique(votes.matchup), np.unique(votes.annotator)
    return replace(
        votes,
        matchups=tuple(votes.matchups[index] for index in matchups.tolist()),
        matchup=np.searchsorted(matchups, votes.matchup).astype(np.int64),
        annotators=tuple(votes.annotators[index] for index in annotators.tolist()),
        annotator=np.searchsorted(annotators, votes.annotator).astype(np.int64),
    )


def _weighted_scores(votes: Votes) -> tuple[float | None, ...]:
    try:
        return dawid_skene(votes).scores
    except ArithmeticError:
        return (None,) * len(votes.matchups)
