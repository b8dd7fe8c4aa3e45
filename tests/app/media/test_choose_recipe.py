"""Both clips of a comparison get the same recipe, which removes all visible differences in format."""

from dataclasses import replace
from typing import Any

import pytest

from app.media.probe import ClipFacts
from app.media.renditions import Recipe, choose_recipe
from benchmark.protocol import RenditionRecipe

REMUX, NORMALISED = RenditionRecipe.REMUX, RenditionRecipe.NORMALISED

CLIP = ClipFacts(
    codec="h264",
    pixel_format="yuv420p",
    width=320,
    height=320,
    frames=16,
    fps=8.0,
    duration_s=2.0,
    constant_fps=True,
    has_audio=False,
    bytes=100_000,
    is_static=False,
    is_remuxable=True,
)


def test_two_similar_clips_are_remuxed_if_the_study_requests_it() -> None:
    assert choose_recipe(CLIP, replace(CLIP, bytes=9), REMUX) == Recipe(REMUX, 320, 320, 8.0, 16)


def test_two_similar_clips_are_normalised_if_the_study_requests_it() -> None:
    assert choose_recipe(CLIP, CLIP, NORMALISED) == Recipe(NORMALISED, 320, 320, 8.0, 16)


@pytest.mark.parametrize(
    "difference",
    [
        {"width": 512},
        {"height": 512},
        {"fps": 24.0, "duration_s": 0.667},
        {"frames": 17, "duration_s": 2.125},
        {"codec": "vp9"},
        {"has_audio": True},
        {"constant_fps": False},
        {"pixel_format": "yuv444p"},
        {"is_remuxable": False},
    ],
)
def test_any_difference_normalises_both_clips(difference: dict[str, Any]) -> None:
    other = replace(CLIP, **difference)

    assert choose_recipe(CLIP, other, REMUX).kind is NORMALISED
    assert choose_recipe(other, CLIP, REMUX) == choose_recipe(CLIP, other, REMUX)


def test_audio_in_both_clips_is_removed() -> None:
    loud = replace(CLIP, has_audio=True)

    assert choose_recipe(loud, loud, REMUX).kind is NORMALISED


def test_the_smaller_size_rate_and_length_win() -> None:
    # By hand: CogVideoX has 49 frames at 8 fps (6.125 s), the other clip 2 s at 24 fps; 2 s at 8 fps are 16
    # frames.
    wide = replace(CLIP, width=720, height=480, frames=49, duration_s=6.125)
    fast = replace(CLIP, width=512, height=512, frames=48, fps=24.0)

    assert choose_recipe(wide, fast, REMUX) == Recipe(NORMALISED, 512, 480, 8.0, 16)


WIDE = replace(CLIP, width=832, height=480, frames=81, fps=16.0, duration_s=5.0625)
SQUARE = replace(CLIP, width=320, height=320, frames=129, fps=24.0, duration_s=5.375)


@pytest.mark.parametrize(
    ("requested", "recipe"),
    [
        # By hand: 129 frames at 24 fps are 86 at 16 fps.
        (NORMALISED, Recipe(NORMALISED, 320, 320, 16.0, 81)),
        (RenditionRecipe.LETTERBOX, Recipe(RenditionRecipe.LETTERBOX, 320, 320, 16.0, 81)),
        (RenditionRecipe.KEEP_LONGER, Recipe(RenditionRecipe.KEEP_LONGER, 320, 320, 16.0, 86)),
        (RenditionRecipe.NATIVE, Recipe(RenditionRecipe.NATIVE, 832, 480, 16.0, 81)),
    ],
)
def test_each_choice_gives_both_clips_the_same_format(requested: RenditionRecipe, recipe: Recipe) -> None:
    assert choose_recipe(WIDE, SQUARE, requested) == recipe
    assert choose_recipe(SQUARE, WIDE, requested) == recipe


def test_a_canvas_has_room_for_an_odd_row() -> None:
    recipe = choose_recipe(replace(CLIP, width=321, height=255), CLIP, RenditionRecipe.NATIVE)

    assert (recipe.width, recipe.height) == (322, 320)


def test_sides_become_even() -> None:
    odd = replace(CLIP, width=321, height=255)

    recipe = choose_recipe(odd, odd, NORMALISED)

    assert (recipe.width, recipe.height) == (320, 254)


def test_a_rate_from_broadcast_loses_no_frame_to_rounding() -> None:
    broadcast = replace(CLIP, frames=30, fps=29.97, duration_s=1.001)

    assert choose_recipe(broadcast, broadcast, NORMALISED).frames == 30


def test_names_tell_recipes_apart_and_stay_short() -> None:
    remux = Recipe(REMUX, 320, 320, 8.0, 16)
    normalised = Recipe(NORMALISED, 2048, 2048, 59.94, 600)

    assert remux.name == replace(remux, frames=17).name
    assert normalised.name != replace(normalised, fps=59.941).name
    assert len(normalised.name) <= 80
