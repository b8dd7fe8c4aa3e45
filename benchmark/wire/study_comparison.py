"""Wire types of the comparison of two studies."""

from benchmark.wire.common import ResponseModel


class ComparedMatchup(ResponseModel):
    """A matchup of the same models in both studies. The fields are the columns of the CSV file.

    Scores and their bounds are percentages of pairs that the reference won. `difference` is the second score
    minus the first, in percentage points. `pairs` is the number of pairs that both studies decided. `both` is
    the number of these pairs that the reference won in both studies. `only_first` counts the pairs that the
    reference won only in the first study; `only_second` counts the pairs that it won only in the second
    study. `neither` counts the pairs that the reference lost in both studies. `agreement` is the percentage
    of `pairs` with the same winner. The p-values are those of McNemar's exact test; null while one of the
    studies is not closed.
    """

    reference: str
    other: str
    same_clips: bool
    first_score: float | None
    first_low: float | None
    first_high: float | None
    first_pairs: int
    first_votes: int
    second_score: float | None
    second_low: float | None
    second_high: float | None
    second_pairs: int
    second_votes: int
    difference: float | None
    pairs: int
    both: int
    only_first: int
    only_second: int
    neither: int
    p_value: float | None
    p_holm: float | None
    agreement: float | None
    agreement_low: float | None
    agreement_high: float | None
    gwet_ac1: float | None
    gwet_ac1_low: float | None
    gwet_ac1_high: float | None


class ComparedModel(ResponseModel):
    """The strength and rank of a model in the leaderboard of each study."""

    model: str
    first_rank: int | None
    first_strength: float
    first_low: float | None
    first_high: float | None
    second_rank: int | None
    second_strength: float
    second_low: float | None
    second_high: float | None


class StudyComparisonResponse(ResponseModel):
    """The shared matchups and models of two studies. `interim` is true if one study is not closed.

    `spearman` and `kendall` correlate the strengths of the shared models; null for fewer than three models.
    """

    first: str
    second: str
    interim: bool
    matchups: list[ComparedMatchup]
    models: list[ComparedModel]
    spearman: float | None
    kendall: float | None
