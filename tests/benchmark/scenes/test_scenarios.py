"""The scenarios together make a benchmark of the official shape, with prompts of our own."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmark.importers.official import read_official
from benchmark.pairs import prompt_slug
from benchmark.scenes import SCENARIOS, HardCase, Scene, ScenePair, Style
from benchmark.scenes.synthetic import draw_frames, wrong_action

ALL_ACTIONS = [(s.name, a.name) for s in SCENARIOS.values() for a in s.actions]
PROMPTS = [action.prompt for scenario in SCENARIOS.values() for action in scenario.actions]


def test_there_are_22_scenarios_and_133_prompts() -> None:
    assert len(SCENARIOS) == 22
    assert len(PROMPTS) == len({prompt_slug(prompt) for prompt in PROMPTS}) == 133


def test_a_scenario_is_known_by_its_key_and_has_no_trailing_digit() -> None:
    assert all(name == scenario.name and not name[-1].isdigit() for name, scenario in SCENARIOS.items())


def test_prompts_are_sentences_of_varied_openings() -> None:
    assert all(prompt[0].isupper() and prompt.endswith(".") for prompt in PROMPTS)
    openings = Counter(" ".join(prompt.split()[:3]) for prompt in PROMPTS)
    assert openings.most_common(1)[0][1] <= 6


def test_every_hard_case_is_asked_in_many_scenarios() -> None:
    for case in HardCase:
        scenarios = {s.name for s in SCENARIOS.values() for a in s.actions if a.hard_case is case}
        assert len(scenarios) >= 12, case


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_parts_of_a_scenario_have_names_of_their_own_and_known_parents(name: str) -> None:
    parts = Scene(SCENARIOS[name], Style.FLAT, 1).parts
    names = [part.name for part in parts]

    assert len(set(names)) == len(names)
    assert all(part.parent is None or part.parent in names for part in parts)


@pytest.mark.parametrize(("scenario", "action"), ALL_ACTIONS)
def test_the_true_clip_can_be_told_from_a_still_one_and_from_a_wrong_action(
    scenario: str, action: str
) -> None:
    pair = ScenePair(f"{scenario}1", Style.SOFT, 9, action)
    truth = draw_frames("reference", pair, frames=8, size=128).astype(int)
    wrong = draw_frames("wrong-action", pair, frames=8, size=128).astype(int)

    # Differences of a tenth of the range over the area of a thumbnail-sized object.
    assert (np.abs(truth - truth[0]).max(axis=3) > 25).mean(axis=(1, 2)).max() > 0.0025
    assert (np.abs(truth - wrong).max(axis=3) > 25).mean(axis=(1, 2)).max() > 0.004
    assert wrong_action(pair).name != action


def test_no_prompt_is_one_of_the_official_ones(test_data: Path) -> None:
    official = {prompt_slug(pair.prompt) for pair in read_official(test_data).pairs}

    assert official.isdisjoint(map(prompt_slug, PROMPTS))
