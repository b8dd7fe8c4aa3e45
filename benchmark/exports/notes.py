"""The note under a table: what was counted, how, over what, and what was left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Self

from benchmark.protocol import TableName, VoteStatus
from benchmark.stats.annotator_sensitivity import RESAMPLES as ANNOTATOR_RESAMPLES
from benchmark.stats.sensitivity import RESAMPLES
from benchmark.stats.tallies import Tallies

# Sensitivity tables are drawn with this one, so that everybody draws the same.
SENSITIVITY_SEED = 2412

DEFINITIONS = {
    TableName.PREFERENCES: (
        "Percent, reference first, the larger value in bold. TI2V score: share of the decided pairs whose "
        "strict majority of valid votes chose that side; pairs with equal votes are undecided and left "
        "out. Interval: Wilson, 95 %, of the reference's score. p: exact two-sided sign test against 50 "
        "%; Holm: corrected over the matchups. Image, Text, Motion, Quality: valid votes for that side "
        "that gave the reason, of all valid votes; a vote may give several, so they do not add up to 100; "
        "dashes where no vote gives any. "
        "Average: every matchup of the reference weighs the same. Rounded half up, so two sides may add "
        "up to 100.1."
    ),
    TableName.JUSTIFICATIONS: (
        "Percent, reference first, the larger value in bold: valid votes for that side that gave the "
        "reason, of all valid votes of the matchup, and of the valid votes for that side. p: exact sign-"
        "flip test over pairs; Holm: corrected over all rows. Nothing is tested where no vote of the matchup "
        "gives a reason."
    ),
    TableName.COMPARISONS: (
        "Valid votes, reference first, the larger number in bold; equal votes are undecided."
    ),
    TableName.VOTES: ("One row per vote, of every status; only valid votes count in a score."),
    TableName.AGREEMENT: (
        "Comparisons with at least two valid votes. Percent agreement: agreeing pairs of votes of all "
        "pairs of votes. Kappa, alpha and AC1: 0 is chance, 1 is perfect; intervals are 95 %, jackknife "
        "over comparisons. Complete, partial, split: percent of comparisons where all agreed, some did "
        "not, or the votes divided as evenly as they could. Where one answer is common, kappa and alpha "
        "are low however well people agree: read all columns together."
    ),
    TableName.LEADERBOARD: (
        "Bradley-Terry on single votes: strength in log-odds against the average model of the group, "
        "95 % interval from the sandwich covariance clustered by pair. Rank: by strength, with the best "
        "and worst rank the votes leave possible at 95 %. Expected share: percent of votes against the "
        "other models of the group, each met as often. Models of different groups are not comparable."
    ),
    TableName.BREAKDOWNS: (
        "Percent, reference first, the larger value in bold, on all pairs, and on those of one scenario, "
        "image style or hard case; a pair without the tag is in no part. Vote share: of all valid votes. "
        "Interval: Wilson, 95 %, of the reference's score. Parts are small and many: read them together, not "
        "one by one. No part is tested."
    ),
    TableName.SENSITIVITY: (
        "The reference's TI2V score, percent, with its intervals over pairs (Wilson, Clopper-Pearson; 95 %). "
        "Drawn again: 95 %, as wide as scores vary when whole images, scenarios or annotators are drawn "
        f"with replacement ({RESAMPLES} times, annotators {ANNOTATOR_RESAMPLES} times, seed "
        f"{SENSITIVITY_SEED}); "
        "none with fewer than five of them or where one side won everything. Lowest, highest: the score when "
        "the one named is left out."
    ),
    TableName.PAIRED: (
        "Pairs decided in both matchups of one reference, by who won them. p: McNemar's exact test, of pairs "
        "the reference won in one matchup only; Holm: corrected over all rows."
    ),
}


@dataclass(frozen=True)
class TableNote:
    """What a table rests on.

    Attributes:
        pairs: different pairs with a vote.
        panel: the fewest and the most votes a comparison has.
        votes: votes counted.
        left_out: how many votes of each status did not count.
        imported: the votes come from a study run elsewhere.
        interim: the study is still open.
    """

    pairs: int
    panel: tuple[int, int]
    votes: int
    left_out: Mapping[VoteStatus, int] = field(default_factory=dict)
    imported: bool = False
    interim: bool = False

    @classmethod
    def of(
        cls,
        tallies: Tallies,
        *,
        left_out: Mapping[VoteStatus, int],
        imported: bool = False,
        interim: bool = False,
    ) -> Self:
        """Return the note of the tables made from these tallies."""
        votes = tallies.votes[tallies.votes > 0]
        return cls(
            pairs=len(set(tallies.pair[tallies.votes > 0].tolist())),
            panel=(int(votes.min()), int(votes.max())) if len(votes) else (0, 0),
            votes=int(votes.sum()),
            left_out=left_out,
            imported=imported,
            interim=interim,
        )

    def text(self, table: TableName) -> str:
        """Return the note under that table as one paragraph."""
        fewest, most = self.panel
        panel = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        sentences = [
            DEFINITIONS[table],
            f"n = {self.pairs} pairs; {self.votes} votes; panel: {panel} per comparison.",
            f"Left out: {self._exclusions()}.",
        ]
        if self.imported:
            sentences.append("The votes were imported from a study run elsewhere.")
        if self.interim:
            sentences.append("Interim: the study is open, so no p-values are shown.")
        return " ".join([*sentences, f"TI2V Bench {version('ti2v-bench')}."])

    def _exclusions(self) -> str:
        numbers = [f"{self.left_out[status]} {status}" for status in VoteStatus if self.left_out.get(status)]
        return ", ".join(numbers) + " votes" if numbers else "no vote"
