"""Sensitivity of scores to images, scenarios and people, compared with values by hand and a simple loop."""

import numpy as np
import pytest

from benchmark.stats.annotator_sensitivity import sensitivity_of_annotators
from benchmark.stats.arrays import FloatArray
from benchmark.stats.conclusions import sensitivity_sentence
from benchmark.stats.sensitivity import Cluster, sensitivity_of_pairs
from tests.benchmark.made_votes import MOTIF_CINEMO, table, tallies, vote, votes_of

WON, LOST, TIED = (5, 0), (0, 5), (2, 2)


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def by_image(votes: list[tuple[int, int]], images: list[str]):  # type: ignore[no-untyped-def]
    (row,) = sensitivity_of_pairs(tallies(votes, images=images), [MOTIF_CINEMO], Cluster.IMAGE, rng=rng())
    return row


def test_leaves_out_one_image_at_a_time() -> None:
    # golf won 2 of 2, tide 1 of 3, duck 0 of 1: 3 of 6. Without golf 1 of 4, without tide 2 of 3.
    row = by_image([WON, WON, WON, LOST, LOST, LOST], ["golf", "golf", "tide", "tide", "tide", "duck"])
    assert (row.clusters, row.ti2v_score_reference) == (3, 50.0)
    assert (row.lowest, row.lowest_without) == (25.0, "golf")
    assert (row.highest, row.highest_without) == (66.7, "tide")
    assert (row.ci_low, row.ci_high) == (None, None)  # three images are too few to draw from


def test_pairs_of_one_image_that_agree_widen_the_interval() -> None:
    images = [f"image{index // 4}" for index in range(160)]
    together = by_image(([WON] * 4 * 24 + [LOST] * 4 * 16), images)
    apart = by_image([WON, WON, WON, LOST, LOST] * 32, [f"image{index}" for index in range(160)])
    assert together.ci_low is not None
    assert together.ci_high is not None
    assert apart.ci_low is not None
    assert apart.ci_high is not None
    # 40 whole images are worth 40 pairs: the interval is about twice that of 160 pairs.
    ratio = (together.ci_high - together.ci_low) / (apart.ci_high - apart.ci_low)
    assert ratio == pytest.approx(2, abs=0.25)
    # The standard error of 60 % of 40 is sqrt(0.24 / 40) = 7.7 %.
    assert together.ci_high - together.ci_low == pytest.approx(2 * 1.96 * 7.75, abs=2.6)


def test_the_same_seed_gives_the_same_bytes() -> None:
    votes, images = [WON, LOST, WON] * 10, [f"image{index % 7}" for index in range(30)]
    assert by_image(votes, images) == by_image(votes, images)


def test_a_clean_sweep_has_no_bootstrap_interval() -> None:
    row = by_image([WON] * 10, [f"image{index}" for index in range(10)])
    assert (row.ci_low, row.lowest, row.highest) == (None, 100.0, 100.0)


def test_one_image_and_undecided_pairs_only_say_nothing() -> None:
    assert by_image([WON, LOST], ["golf", "golf"]).lowest is None
    assert by_image([TIED, TIED], ["golf", "tide"]).ti2v_score_reference is None


def test_the_order_of_the_comparisons_does_not_show() -> None:
    votes, images = [WON, LOST, WON, TIED] * 5, [f"image{index % 7}" for index in range(20)]
    assert by_image(votes[::-1], images[::-1]) == by_image(votes, images)


def test_an_image_without_a_vote_is_no_cluster() -> None:
    votes, images = [WON, LOST] * 5, [f"image{index}" for index in range(10)]
    assert by_image([*votes, (0, 0)], [*images, "another"]) == by_image(votes, images)


def test_both_intervals_over_pairs_are_next_to_the_score() -> None:
    row = by_image([WON] * 9 + [LOST], [f"image{index}" for index in range(10)])
    assert (row.wilson_low, row.wilson_high) == (59.6, 98.2)  # by statsmodels
    assert (row.exact_low, row.exact_high) == (55.5, 99.7)


def test_without_images_there_is_no_line() -> None:
    assert sensitivity_of_pairs(tallies([WON]), [MOTIF_CINEMO], Cluster.IMAGE, rng=rng()) == []
    with pytest.raises(ValueError, match="do not contain annotators"):
        sensitivity_of_pairs(tallies([WON]), [MOTIF_CINEMO], Cluster.ANNOTATOR, rng=rng())


def random_votes(people: int = 9, pairs: int = 30) -> list[dict[str, object]]:
    draw = np.random.default_rng(3)
    return [
        vote(
            pair=f"p{pair}",
            annotator=f"a{person}",
            chosen="motif" if draw.random() < 0.6 else "cinemo",
        )
        for pair in range(pairs)
        for person in draw.choice(people, size=5, replace=False)
    ]


def test_leaving_out_an_annotator_is_counting_the_table_without_their_votes() -> None:
    rows = random_votes()
    (line,) = sensitivity_of_annotators(votes_of(table(rows)), rng=rng(), resamples=50)

    scores = {}
    for left_out in {row["annotator"] for row in rows}:
        margins = {f"p{pair}": 0 for pair in range(30)}
        for row in rows:
            if row["annotator"] != left_out:
                margins[str(row["pair"])] += 1 if row["chosen"] == "motif" else -1
        won, lost = sum(m > 0 for m in margins.values()), sum(m < 0 for m in margins.values())
        scores[left_out] = 100 * won / (won + lost)

    assert line.clusters == 9
    assert line.lowest == pytest.approx(min(scores.values()), abs=0.051)
    assert line.highest == pytest.approx(max(scores.values()), abs=0.051)
    assert scores[line.lowest_without] == min(scores.values())


def test_drawing_annotators_again_is_wider_where_one_votes_alone() -> None:
    (line,) = sensitivity_of_annotators(votes_of(table(random_votes())), rng=rng(), resamples=300)
    assert line.ci_low is not None
    assert line.ci_high is not None
    assert line.ci_low < line.ti2v_score_reference < line.ci_high


def clear_votes(draw: np.random.Generator, appeal: FloatArray, people: int = 12) -> list[dict[str, object]]:
    """Return the votes of five of twelve people on each pair; some people prefer the reference more often."""
    taste = draw.normal(0, 0.3, people)
    return [
        vote(
            pair=f"p{pair}",
            annotator=f"a{person}",
            chosen="motif" if draw.random() < 1 / (1 + np.exp(-appeal[pair] - taste[person])) else "cinemo",
        )
        for pair in range(len(appeal))
        for person in draw.choice(people, size=5, replace=False)
    ]


def test_the_interval_over_people_contains_a_clear_score_and_its_expectation() -> None:
    draw = np.random.default_rng(11)
    appeal = draw.normal(1.8, 1, 120)
    studies = [votes_of(table(clear_votes(draw, appeal))) for _ in range(60)]
    lines = [sensitivity_of_annotators(study, rng=rng(), resamples=100)[0] for study in studies]
    expected = np.mean([line.ti2v_score_reference for line in lines])
    bounds = [(line.ci_low, line.ti2v_score_reference, line.ci_high) for line in lines]

    assert all(low < score < high for low, score, high in bounds)
    # Percentiles of the scores drawn would cover about three in four.
    assert np.mean([low <= expected <= high for low, _, high in bounds]) >= 0.9


def test_without_names_of_annotators_there_is_no_line() -> None:
    votes = votes_of(table(random_votes()).drop(columns="annotator"))
    assert sensitivity_of_annotators(votes, rng=rng()) == []


def test_the_sentence_says_whether_one_image_decides() -> None:
    frail = by_image([WON, WON, LOST], ["golf", "tide", "tide"])
    firm = by_image([WON] * 5 + [LOST], [f"image{index}" for index in range(6)])
    alone = by_image([WON], ["golf"])
    assert "one image decides" in sensitivity_sentence(frail)
    assert "no single image decides" in sensitivity_sentence(firm)
    assert "The cluster bootstrap over images gives a 95 % interval of " in sensitivity_sentence(firm)
    assert "All votes are from one image" in sensitivity_sentence(alone)
