"""Contents of a rendering, and refused arguments."""

import numpy as np
import pytest

from benchmark.scenes import SCENARIOS, Scene, Style, draw_still, render


def scene(name: str = "desk", style: Style = Style.SOFT, seed: int = 7) -> Scene:
    return Scene(SCENARIOS[name], style, seed)


@pytest.mark.parametrize("name", SCENARIOS)
def test_frame_0_of_every_action_is_the_still_image(name: str) -> None:
    drawn = scene(name, list(Style)[len(name) % 6])
    still = draw_still(drawn, 128)

    for action in SCENARIOS[name].actions:
        np.testing.assert_array_equal(render(drawn, action.name, frames=2, size=128).frames[0], still)


def test_a_rendering_has_frames_flow_and_masks_of_the_asked_size() -> None:
    rendering = render(scene(), "book_opens", frames=5, size=(128, 192))

    assert rendering.frames.shape == (5, 128, 192, 3)
    assert rendering.frames.dtype == np.uint8
    assert rendering.flow.shape == (4, 128, 192, 2)
    assert rendering.flow.dtype == np.float32
    assert rendering.masks["book"].shape == (5, 128, 192)


def test_the_same_seed_gives_the_same_pixels() -> None:
    first = render(scene(seed=3), "lamp_on", size=96).frames
    draw_still(scene("pond"), 96)

    np.testing.assert_array_equal(render(scene(seed=3), "lamp_on", size=96).frames, first)


def test_another_seed_gives_another_picture() -> None:
    assert (draw_still(scene(seed=1), 96) != draw_still(scene(seed=2), 96)).mean() > 0.1


def test_a_larger_picture_shows_the_same_scene() -> None:
    small = draw_still(scene("harbour"), 160).astype(float)
    large = draw_still(scene("harbour"), 320).astype(float)

    halved = large.reshape(160, 2, 160, 2, 3).mean(axis=(1, 3))
    assert np.abs(halved - small).mean() < 4


def test_a_mask_follows_its_object() -> None:
    rendering = render(scene("harbour"), "red_sails_left", size=160)

    columns = [np.nonzero(mask)[1].mean() for mask in rendering.masks["red boat"]]
    assert np.all(np.diff(columns) < 0)


def test_masks_of_two_objects_never_overlap() -> None:
    rendering = render(scene("aquarium"), "pink_sinks_orange_swells", size=160)

    assert np.sum(list(rendering.masks.values()), axis=0).max() == 1


def test_what_scenery_covers_belongs_to_no_object() -> None:
    rendering = render(scene("theatre"), "rabbit_ducks", size=160)

    assert rendering.masks["rabbit"][0].any()
    assert not rendering.masks["rabbit"][-1].any()


def test_an_entrant_is_in_no_picture_of_another_action() -> None:
    rendering = render(scene("pond"), "frog_jumps", frames=2, size=96)

    assert "swan" not in rendering.masks


def test_an_unknown_action_is_refused_with_those_the_scene_has() -> None:
    with pytest.raises(ValueError, match=r"desk has no action 'sing'; it has book_opens, lamp_on"):
        render(scene(), "sing")


@pytest.mark.parametrize("size", [161, 32, 4096, (160, 81)])
def test_a_size_that_the_encoder_does_not_support_is_refused(size: int | tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="even and from 64 to 2048 pixels"):
        render(scene(), "book_opens", size=size)


@pytest.mark.parametrize("frames", [1, 0, -3])
def test_a_clip_of_one_frame_is_refused(frames: int) -> None:
    with pytest.raises(ValueError, match=f"at least 2 frames, not {frames}"):
        render(scene(), "book_opens", frames=frames)
