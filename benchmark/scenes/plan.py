"""Plans, from a seed, the images and pairs of a synthetic benchmark of any size."""

from dataclasses import replace

from benchmark.scenes.benchmarks import ScenePair
from benchmark.scenes.gold import GoldRival, GoldUse
from benchmark.scenes.scenarios import SCENARIOS
from benchmark.scenes.scenes import Scenario
from benchmark.scenes.styles import Style

# The ratio of images to pairs in the official release (88 to 320), used for every size.
_IMAGES_PER_PAIR = 88 / 320
_GOLD_TURNS = (
    (GoldUse.GOLD, GoldRival.STATIC),
    (GoldUse.GOLD, GoldRival.WRONG_ACTION),
)


def plan_benchmark(pairs: int, seed: int) -> list[ScenePair]:
    """Return the pairs of a benchmark, ordered by scenario, with images in different styles.

    Args:
        pairs: the number of pairs, at least one.
        seed: the seed of the layouts; a different seed gives different images with the same prompts.

    Raises:
        ValueError: `pairs` is less than one.
    """
    if pairs < 1:
        raise ValueError(f"a benchmark needs at least one pair, not {pairs}")
    images = max(round(pairs * _IMAGES_PER_PAIR), min(len(SCENARIOS), pairs))
    planned: list[ScenePair] = []
    for place, scenario in enumerate(SCENARIOS.values()):
        numbers = range(place, images, len(SCENARIOS))
        sizes = [pairs // images + (number < pairs % images) for number in numbers]
        planned += _plan_scenario(scenario, place, sizes, seed)
    return planned


def _plan_scenario(scenario: Scenario, place: int, sizes: list[int], seed: int) -> list[ScenePair]:
    """Return the pairs of one scenario.

    `sizes` contains the number of prompts of each image.
    """
    styles = list(Style)
    waiting = list(scenario.actions)
    pairs = []
    for number, size in enumerate(sizes):
        style = styles[(place + number) % len(styles)]
        chosen = [action for action in waiting if action.suits(style)][:size]
        # Move a used prompt to the end of the list, so that no prompt is repeated before all have been used.
        waiting = [action for action in waiting if action not in chosen] + chosen
        layout = seed * 1_000_000 + place * 10_000 + number
        pairs += [ScenePair(f"{scenario.name}{number + 1}", style, layout, a.name) for a in chosen]
    return _with_gold(pairs, place)


def _with_gold(pairs: list[ScenePair], place: int) -> list[ScenePair]:
    """Choose pairs with simple motions, and mark these pairs for gold or training questions.

    Every scenario gets two gold questions; every third scenario also gets a training question.
    """
    plain = [i for i, pair in enumerate(pairs) if pair.described.is_rigid]
    for i, (use, against) in zip(plain, _GOLD_TURNS, strict=False):
        pairs[i] = replace(pairs[i], gold_use=use, gold_against=against)
    if place % 3 == 0 and len(plain) > 2:
        against = GoldRival.STATIC if place % 2 else GoldRival.WRONG_ACTION
        pairs[plain[2]] = replace(pairs[plain[2]], gold_use=GoldUse.TRAINING, gold_against=against)
    return pairs
