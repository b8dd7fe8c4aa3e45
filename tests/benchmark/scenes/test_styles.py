"""Colours, noise and the six visual styles."""

import numpy as np
import pytest

from benchmark.scenes import SCENARIOS, Scene, Style, render
from benchmark.scenes.colours import colour, darker, lighter, mixed
from benchmark.scenes.noise import smooth_noise
from benchmark.scenes.outlines import ellipse
from benchmark.scenes.shapes import Part, gloss
from benchmark.scenes.textures import draw_part


def test_a_colour_is_a_name_or_six_digits() -> None:
    np.testing.assert_allclose(colour("#ff8000"), (1, 128 / 255, 0), rtol=1e-6)
    assert colour("red")[0] > colour("red")[2]


@pytest.mark.parametrize("name", ["reddish", "#fff", ""])
def test_an_unknown_colour_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(ValueError, match=r"use #rrggbb or one of red, orange"):
        colour(name)


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    assert mixed("#000000", "#ffffff", 0.0) == "#000000"
    assert mixed("#000000", "#ffffff", 1.0) == "#ffffff"
    assert colour(darker("blue")).sum() < colour("blue").sum() < colour(lighter("blue")).sum()


def test_noise_of_one_seed_is_the_same_at_twice_the_size() -> None:
    small = smooth_noise(np.random.default_rng(3), (1.0, 0.5), 8, (100, 200))
    large = smooth_noise(np.random.default_rng(3), (1.0, 0.5), 8, (200, 400))

    np.testing.assert_allclose(large[::2, ::2], small, atol=0.12)
    assert abs(small.mean()) < 0.2
    assert np.abs(small).max() < 1.3


@pytest.mark.parametrize("style", Style)
def test_a_texture_is_shaded_premultiplied_and_empty_at_its_border(style: Style) -> None:
    ball = Part("ball", (gloss("orange", ellipse(0, 0, 0.1), relief=0.09),))

    texture = draw_part(ball, style, seed=1, pixels_per_height=200)

    rgb, alpha = texture.pixels[:, :, :3], texture.pixels[:, :, 3]
    assert np.all(rgb <= alpha[:, :, None] + 1e-5)
    assert alpha.max() == pytest.approx(1, abs=1e-3)
    assert alpha[0].max() < 0.2
    # Light comes from the upper left.
    side = alpha.shape[0]
    upper, lower = rgb[: side // 2, : side // 2], rgb[side // 2 :, side // 2 :]
    assert upper.sum() > lower.sum()


def test_masks_and_flow_do_not_depend_on_the_style() -> None:
    flat = render(Scene(SCENARIOS["pond"], Style.FLAT, 2), "frog_jumps", frames=3, size=160)
    clay = render(Scene(SCENARIOS["pond"], Style.CLAY, 2), "frog_jumps", frames=3, size=160)

    assert (flat.masks["pad"] == clay.masks["pad"]).mean() > 0.999
    both = flat.masks["pad"][0] & clay.masks["pad"][0]
    np.testing.assert_array_equal(flat.flow[0][both], clay.flow[0][both])
    assert np.abs(flat.frames.astype(int) - clay.frames).mean() > 3
