"""Writes the note under a table: definitions, and the numbers of pairs, counted votes and other votes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Self

from benchmark.plurals import counted
from benchmark.protocol import StudyKind, TableName, VoteStatus
from benchmark.stats.annotator_sensitivity import RESAMPLES as ANNOTATOR_RESAMPLES
from benchmark.stats.sensitivity import RESAMPLES
from benchmark.stats.tallies import Tallies
from benchmark.votes.metric_agreement import AUTOMATIC_VOTES

# The bootstrap of every sensitivity table uses this seed, so that results are reproducible.
SENSITIVITY_SEED = 2412

PREFERENCES_FORMAT = (
    "Percent, reference first, the larger value in bold, rounded half up, so two sides may add up to 100.1."
)
# The columns of the preferences table; the results page shows them as a definition list.
PREFERENCES_TERMS = (
    (
        "TI2V score",
        "share of the decided pairs that the side won by a strict majority of valid votes.",
    ),
    ("Interval", "95 % Wilson interval of the reference's score."),
    ("p", "exact two-sided sign test against 50 %; Holm: corrected over all matchups."),
    (
        "Image, Text, Motion, Quality",
        "share of all valid votes that chose the side and gave the reason. A vote can give several reasons, "
        "so the values do not add up to 100. A dash means that no vote gives a reason.",
    ),
    (
        "Decided, undecided",
        "pairs with a strict majority, and pairs with equal votes, which no score includes.",
    ),
    (
        "Average",
        "mean over the matchups of the reference, all with the same weight. Matchups share pairs, so the "
        "interval is clustered by pair: results of several matchups on one pair count as one observation.",
    ),
)

DEFINITIONS = {
    TableName.PREFERENCES: " ".join(
        (PREFERENCES_FORMAT, *(f"{term}: {text}" for term, text in PREFERENCES_TERMS))
    ),
    TableName.JUSTIFICATIONS: (
        "Percent, reference first, the larger value in bold: valid votes that chose that side and gave the "
        "reason, as a share of all valid votes of the matchup and of the valid votes for that side. p: exact "
        "sign-flip test over pairs; Holm: corrected over all rows. A matchup without any reason is not "
        "tested."
    ),
    TableName.COMPARISONS: (
        "Valid votes, reference first, the larger number in bold; a pair with equal votes is undecided."
    ),
    TableName.VOTES: ("One row per vote, of every status; only valid votes count in a score."),
    TableName.AGREEMENT: (
        "Comparisons with at least two valid votes. Percent agreement: share of the pairs of votes that "
        "agree. Kappa, alpha and AC1: 0 is chance, 1 is perfect; 95 % jackknife intervals over comparisons. "
        "Complete, partial, split: percent of comparisons where all votes agree, most votes agree, or the "
        "votes are as even as possible. If one answer is much more common, kappa and alpha are low even for "
        "high agreement (prevalence paradox), so read all columns together."
    ),
    TableName.LEADERBOARD: (
        "Bradley-Terry model of individual votes. Strength: log-odds relative to the mean of the group, with "
        "a 95 % interval from the sandwich covariance clustered by pair. Rank: by strength, with its 95 % "
        "interval. Expected share: expected percent of votes against the other models of the group, all "
        "weighted equally. Models of different groups are not comparable."
    ),
    TableName.BREAKDOWNS: (
        "Percent, reference first, the larger value in bold, for all pairs and for the pairs of one "
        "scenario, image style or hard case; a pair without the tag is in no part. Vote share: share of all "
        "valid votes. Interval: 95 % Wilson interval of the reference's score. There are many small parts, "
        "so do not interpret a single part. Parts are not tested."
    ),
    TableName.SENSITIVITY: (
        "The reference's TI2V score, percent, with 95 % intervals over pairs (Wilson, Clopper-Pearson). "
        "Cluster bootstrap: 95 % interval whose width comes from resampling whole images, scenarios or "
        f"annotators ({RESAMPLES} resamples, {ANNOTATOR_RESAMPLES} for annotators, seed {SENSITIVITY_SEED}); "
        "not computed for fewer than five clusters or if one side won every decided pair. Lowest, highest: "
        "the score without the named cluster (leave-one-out)."
    ),
    TableName.PAIRED: (
        "Pairs that are decided in both of two matchups with the same reference, counted by the winner. p: "
        "McNemar's exact test, over the pairs that the reference won in only one matchup; Holm: corrected "
        "over all rows."
    ),
    TableName.METRICS: (
        "Mean of each automatic metric over pairs, computed on this server, with the standard deviation "
        "over seeds in parentheses. A side with fewer pairs than expected, or with clips that were not "
        "measured, is partial. Settings: everything that the scores depend on."
    ),
    TableName.METRIC_AGREEMENT: (
        "Agreement: percent of decided comparisons in which the metric prefers the side that most votes "
        "chose; equal scores count as half; random choices agree in 50 %; 95 % interval clustered by image. "
        "For a metric without a direction, larger values are treated as better. Spearman, Kendall: "
        "rank correlations over models. "
        "Same winner: number of matchups in which the metric prefers the winner's clips in more pairs. "
        "Prefers static: percent of clips that the metric rates worse than a clip that repeats the image."
    ),
    TableName.METRIC_COVARIATES: (
        "Logistic regression of individual votes on the differences between the two clips, for comparisons "
        "with scores of the suite motion. Odds ratio: factor of the odds of a vote for a side whose clip has "
        "one unit more; 1 means no association. 95 % interval and p clustered by image. An association is "
        "not a cause."
    ),
    TableName.PLAYBACK: (
        "One row per play, pause, seek or complete showing of a clip, as the voting page reported it. Pages "
        "without JavaScript report nothing."
    ),
}


SHORT_DEFINITIONS = {
    TableName.PREFERENCES: (
        "TI2V score: percent of decided pairs, reference first; 95 % Wilson interval; Holm-corrected exact "
        "sign test."
    ),
    TableName.JUSTIFICATIONS: (
        "Percent of all votes, reference first; Holm-corrected sign-flip test over pairs."
    ),
    TableName.COMPARISONS: "Votes, reference first.",
    TableName.AGREEMENT: "With 95 % jackknife intervals over comparisons.",
    TableName.LEADERBOARD: (
        "Bradley-Terry strength in log-odds and rank, with 95 % intervals; expected percent of votes against "
        "the others."
    ),
    TableName.BREAKDOWNS: "TI2V score: percent of decided pairs, reference first; 95 % Wilson interval.",
    TableName.SENSITIVITY: "The reference's TI2V score, percent, with 95 % intervals.",
    TableName.PAIRED: (
        "Pairs that the reference won against only one of two models; Holm-corrected McNemar test."
    ),
    TableName.METRICS: "Means over pairs, with the standard deviation over seeds in parentheses.",
    TableName.METRIC_AGREEMENT: (
        "Percent of decided comparisons in which the metric prefers the side that most votes chose; 95 % "
        "interval clustered by image."
    ),
    TableName.METRIC_COVARIATES: (
        "Odds ratio of a vote for the side whose clip has one unit more; 95 % interval clustered by image."
    ),
}


_COMPARE_METRICS = (TableName.METRIC_AGREEMENT, TableName.METRIC_COVARIATES)


@dataclass(frozen=True)
class TableNote:
    """The counts that the note under a table states.

    Attributes:
        pairs: number of pairs with a vote.
        panel: the smallest and the largest number of votes per comparison.
        votes: number of votes that count.
        left_out: the number of votes that do not count, by vote status.
        source: who cast the votes: people, an imported study's annotators or an automatic judge.
        interim: whether the study is not closed yet.
    """

    pairs: int
    panel: tuple[int, int]
    votes: int
    left_out: Mapping[VoteStatus, int] = field(default_factory=dict)
    source: StudyKind = StudyKind.HUMAN
    interim: bool = False

    @classmethod
    def of(
        cls,
        tallies: Tallies,
        *,
        left_out: Mapping[VoteStatus, int],
        source: StudyKind = StudyKind.HUMAN,
        interim: bool = False,
    ) -> Self:
        """Return the data of the note for tables that are computed from these tallies."""
        votes = tallies.votes[tallies.votes > 0]
        return cls(
            pairs=len(set(tallies.pair[tallies.votes > 0].tolist())),
            panel=(int(votes.min()), int(votes.max())) if len(votes) else (0, 0),
            votes=int(votes.sum()),
            left_out=left_out,
            source=source,
            interim=interim,
        )

    def text(self, table: TableName) -> str:
        """Return the table's note as one paragraph."""
        return f"{DEFINITIONS[table]} {self._without_agreement(table)}{self.counts}"

    def short(self, table: TableName) -> str:
        """Return the short note of a LaTeX table with the default columns."""
        text = SHORT_DEFINITIONS[table]
        interim = " Interim: the study is not closed." if self.interim else ""
        without = self._without_agreement(table)
        return f"{text} {without}{counted(self.pairs, 'pair')}, {counted(self.votes, 'vote')}.{interim}"

    def _without_agreement(self, table: TableName) -> str:
        """Return the reason why a table that compares metrics with automatic votes is empty."""
        is_empty = self.source is StudyKind.AUTOMATIC and table in _COMPARE_METRICS
        return f"{AUTOMATIC_VOTES} " if is_empty else ""

    @property
    def counts(self) -> str:
        """Return sentences that state how many pairs and votes there are, and how many votes do not count."""
        fewest, most = self.panel
        panel = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        sentences = [
            f"{counted(self.pairs, 'pair')}, {counted(self.votes, 'vote')}, {panel} votes per comparison.",
            f"Not counted: {self._not_counted()}.",
        ]
        if self.source is StudyKind.IMPORTED:
            sentences.append("The votes were imported.")
        if self.source is StudyKind.AUTOMATIC:
            sentences.append("An automatic judge cast the votes; no person voted.")
        if self.interim:
            sentences.append("Interim: the study is not closed, so p-values are not shown.")
        return " ".join([*sentences, f"TI2V Bench {version('ti2v-bench')}."])

    def _not_counted(self) -> str:
        numbers = [f"{self.left_out[status]} {status}" for status in VoteStatus if self.left_out.get(status)]
        return ", ".join(numbers) + " votes" if numbers else "no votes"
