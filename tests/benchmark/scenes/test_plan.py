"""Generated benchmarks of any size have the proportions of the official benchmark."""

from collections import Counter

import pytest

from benchmark.pairs import scenario_of_image
from benchmark.scenes import SCENARIOS, Style
from benchmark.scenes.gold import GoldRival, GoldUse
from benchmark.scenes.plan import plan_benchmark


def test_320_pairs_have_the_shape_of_the_official_release() -> None:
    pairs = plan_benchmark(320, seed=1)

    assert len({pair.id for pair in pairs}) == 320
    assert len({pair.image for pair in pairs}) == 88
    assert len({pair.prompt for pair in pairs}) == 133
    assert len({pair.scenario for pair in pairs}) == 22


def test_the_images_of_a_scenario_are_in_different_styles() -> None:
    styles: dict[str, dict[str, Style]] = {}
    for pair in plan_benchmark(320, seed=1):
        styles.setdefault(pair.scenario, {})[pair.image] = pair.style

    assert all(3 <= len(images) <= 5 for images in styles.values())
    assert all(len(set(images.values())) == len(images) for images in styles.values())


@pytest.mark.parametrize("pairs", [1, 5, 22, 100, 321, 2000])
def test_any_number_of_pairs_can_be_asked_for(pairs: int) -> None:
    planned = plan_benchmark(pairs, seed=3)

    assert len({pair.id for pair in planned}) == pairs
    layouts = {(pair.image, pair.seed) for pair in planned}
    assert len({seed for _, seed in layouts}) == len({image for image, _ in layouts}) == len(layouts)


def test_no_image_is_asked_more_than_a_few_prompts() -> None:
    prompts = Counter(pair.image for pair in plan_benchmark(320, seed=1))

    assert set(prompts.values()) == {3, 4}


def test_dusk_does_not_fall_in_a_picture_of_the_night() -> None:
    for pair in plan_benchmark(2000, seed=1):
        assert not (pair.style is Style.NIGHT and pair.described.needs_daylight)


def test_the_scenario_can_be_read_from_the_image_name() -> None:
    assert {scenario_of_image(pair.image) for pair in plan_benchmark(320, seed=1)} == set(SCENARIOS)


def test_another_seed_gives_other_layouts_of_the_same_prompts() -> None:
    first, second = plan_benchmark(50, seed=1), plan_benchmark(50, seed=2)

    assert [pair.prompt for pair in first] == [pair.prompt for pair in second]
    assert {pair.seed for pair in first}.isdisjoint(pair.seed for pair in second)


def test_every_scenario_has_gold_questions_against_both_rivals() -> None:
    asked: dict[str, set[GoldRival | None]] = {}
    for pair in plan_benchmark(320, seed=1):
        if pair.gold_use is GoldUse.GOLD:
            asked.setdefault(pair.scenario, set()).add(pair.gold_against)

    assert set(asked) == set(SCENARIOS)
    assert all(rivals == set(GoldRival) for rivals in asked.values())


def test_no_pair_is_too_few() -> None:
    with pytest.raises(ValueError, match="at least one pair, not 0"):
        plan_benchmark(0, seed=1)
