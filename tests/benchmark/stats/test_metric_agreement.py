"""Agreement of metrics with people, compared with values computed by hand."""

import numpy as np
import pytest

from benchmark.stats.metric_agreement import (
    MetricComparisons,
    cluster_interval,
    metric_agreement,
    model_scores,
    rank_correlations,
    static_preference,
    winners,
)

A, B, C = 0, 1, 2


def comparisons(*rows: tuple[int, int, int, float, float, int]) -> MetricComparisons:
    """Return comparisons; a row is (lead, reference, other, reference's score, other side's score, image)."""
    lead, reference, other, first, second, image = (np.array(column) for column in zip(*rows, strict=True))
    return MetricComparisons(lead, reference, other, first.astype(float), second.astype(float), image)


EXAMPLE = comparisons(
    (1, A, B, 0.9, 0.5, 0),  # agrees
    (-1, A, B, 0.2, 0.5, 1),  # agrees
    (1, A, C, 0.1, 0.5, 2),  # disagrees
    (1, A, C, 0.5, 0.5, 3),  # tie
)


def test_a_tie_counts_half() -> None:
    found = metric_agreement(EXAMPLE)

    assert (found.comparisons, found.ties) == (4, 1)
    assert found.accuracy == pytest.approx(2.5 / 4)
    assert found.interval is None  # four images


def test_models_are_ranked_by_won_comparisons_and_by_the_mean_score() -> None:
    people, metric = model_scores(EXAMPLE)

    # A won 3 of 4, B 1 of 2, C 0 of 2.
    assert people == pytest.approx([0.75, 0.5, 0.0])
    assert metric == pytest.approx([(0.9 + 0.2 + 0.1 + 0.5) / 4, 0.5, 0.5])


def test_a_metric_has_the_winner_of_a_matchup_if_it_prefers_its_clips_more_often() -> None:
    # A against B: people 1:1, so no winner. A against C: people 2:0 for A; the metric has one for C, one tie.
    assert (metric_agreement(EXAMPLE).matchups, metric_agreement(EXAMPLE).same_winner) == (1, 0)
    agreeing = comparisons((1, A, C, 0.9, 0.5, 0), (1, B, C, 0.9, 0.5, 1), (-1, A, B, 0.9, 0.5, 2))
    assert winners(agreeing) == (3, 2)


def test_rank_correlations_by_hand() -> None:
    # Ranks 1 2 3 4 and 2 1 3 4: rho = 1 - 6 * 2 / (4 * 15), tau = (5 - 1) / 6.
    assert rank_correlations([1, 2, 3, 4], [20, 10, 30, 40]) == (
        pytest.approx(0.8),
        pytest.approx(4 / 6),
    )
    assert rank_correlations([1, 2, 3], [3, 2, 1]) == (pytest.approx(-1), pytest.approx(-1))


@pytest.mark.parametrize("metric", [[1.0, 2.0], [1.0, 1.0, 1.0]])
def test_a_correlation_needs_three_models_and_two_values(metric: list[float]) -> None:
    assert rank_correlations(list(range(len(metric))), metric) == (None, None)


def test_the_interval_is_that_of_as_many_independent_comparisons_as_the_images_are_worth() -> None:
    # 50 images with two equal comparisons each are worth 50 comparisons, not 100.
    values = np.repeat(np.arange(50) % 2, 2).astype(float)
    alone = cluster_interval(values, np.arange(100), rng=np.random.default_rng(1), resamples=20_000)
    paired = cluster_interval(
        values, np.repeat(np.arange(50), 2), rng=np.random.default_rng(1), resamples=20_000
    )

    assert alone is not None
    assert paired is not None
    # Wilson for 50 of 100: 0.404 to 0.596; for 25 of 50: 0.366 to 0.634.
    assert (alone.low, alone.high) == (pytest.approx(0.404, abs=0.003), pytest.approx(0.596, abs=0.003))
    assert (paired.low, paired.high) == (pytest.approx(0.366, abs=0.004), pytest.approx(0.634, abs=0.004))


def test_full_agreement_has_no_interval() -> None:
    assert cluster_interval(np.ones(9), np.arange(9), rng=np.random.default_rng(1)) is None


def test_the_same_seed_gives_the_same_interval() -> None:
    rows = [(1, A, B, float(number % 3), 1.0, number) for number in range(30)]

    assert metric_agreement(comparisons(*rows)) == metric_agreement(comparisons(*rows))


def test_no_comparison_gives_no_number() -> None:
    empty = metric_agreement(EXAMPLE.select(np.zeros(4, bool)))

    assert (empty.comparisons, empty.accuracy, empty.interval, empty.spearman) == (0, None, None, None)


def test_the_static_clip_is_preferred_only_by_a_better_score() -> None:
    found = static_preference(np.array([0.5, 0.9, 0.7]), np.array([0.6, 0.8, 0.7]))

    assert (found.clips, found.preferred) == (3, 1)
    assert found.share == pytest.approx(1 / 3)
    assert static_preference(np.array([]), np.array([])).share is None


@pytest.mark.parametrize(("lead", "score"), [(0, 1.0), (1, np.nan)])
def test_undecided_comparisons_and_missing_scores_are_refused(lead: int, score: float) -> None:
    with pytest.raises(ValueError, match=r"decided|finite"):
        comparisons((lead, A, B, score, 1.0, 0))
