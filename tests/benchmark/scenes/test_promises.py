"""Actions besides motion have the declared effect: colours, light, weather, new objects."""

import numpy as np
import pytest

from benchmark.scenes import SCENARIOS, Action, Rendering, Scene, Style, render
from benchmark.scenes.colours import colour
from benchmark.scenes.motions import Dim, Enter, Fade, Fall, Promise, Tint


def with_promise(promise: Promise) -> list[tuple[str, Action]]:
    return [(s.name, a) for s in SCENARIOS.values() for a in s.actions if promise in a.promises]


def rendered(scenario: str, action: Action, style: Style = Style.SOFT) -> Rendering:
    return render(Scene(SCENARIOS[scenario], style, 4), action.name, frames=8, size=160)


@pytest.mark.parametrize(("scenario", "action"), with_promise(Promise.ENTERS))
def test_what_enters_is_not_in_the_first_frame_and_is_in_the_last(scenario: str, action: Action) -> None:
    masks = rendered(scenario, action).masks

    for motion in action.motions:
        if isinstance(motion, Enter):
            assert not masks[motion.part][0].any()
            assert masks[motion.part][-1].sum() > 60


@pytest.mark.parametrize(("scenario", "action"), with_promise(Promise.RECOLOURS))
def test_what_changes_colour_ends_nearer_to_that_colour(scenario: str, action: Action) -> None:
    rendering = rendered(scenario, action)

    for motion in action.motions:
        if not isinstance(motion, Tint):
            continue
        shown = rendering.owners == rendering.parts.index(motion.part)
        first, last = (np.median(rendering.frames[t][shown[t]], axis=0) / 255 for t in (0, -1))
        target = colour(motion.to)
        assert np.linalg.norm(last - target) < 0.75 * np.linalg.norm(first - target)


@pytest.mark.parametrize(("scenario", "action"), with_promise(Promise.LIGHT))
def test_when_the_light_goes_the_picture_darkens_steadily(scenario: str, action: Action) -> None:
    brightness = rendered(scenario, action).frames.mean(axis=(1, 2, 3))

    assert any(isinstance(motion, Dim) for motion in action.motions)
    assert np.all(np.diff(brightness) < 0.5)
    assert brightness[-1] < 0.9 * brightness[0]


@pytest.mark.parametrize(("scenario", "action"), with_promise(Promise.WEATHER))
def test_weather_starts_above_the_picture_and_ends_all_over_it(scenario: str, action: Action) -> None:
    frames = rendered(scenario, action).frames.astype(int)
    changed = np.abs(frames[-1] - frames[0]).max(axis=2) > 12

    assert any(isinstance(motion, Fall) for motion in action.motions)
    # In every quarter of the picture, from top to bottom.
    assert all(quarter.mean() > 0.004 for quarter in np.array_split(changed, 4))


@pytest.mark.parametrize(
    ("scenario", "action"),
    [case for case in with_promise(Promise.FADES) if Promise.LIGHT not in case[1].promises],
)
def test_what_fades_changes_the_picture_only_around_itself(scenario: str, action: Action) -> None:
    frames = rendered(scenario, action).frames.astype(int)
    changed = np.abs(frames[-1] - frames[0]).max(axis=2) > 12

    assert any(isinstance(motion, Fade) for motion in action.motions)
    assert 0.002 < changed.mean() < 0.5
