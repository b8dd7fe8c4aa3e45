"""The loss of length, size and frame rate by renditions is computed before the first vote."""

from dataclasses import replace
from typing import Any

import pytest

from app.media.rendition_losses import Loss, SideLoss, loss_of
from app.media.renditions import ClipForm, choose_recipe
from benchmark.protocol import RenditionRecipe, Side

SQUARE = ClipForm("h264", "yuv420p", 320, 320, 16, 8.0, True, False, True)
# 5.0 s at 832x480, as in the report of a study that cut it to 2 s at 320x320.
WIDE = replace(SQUARE, width=832, height=480, frames=80, fps=16.0)


def losses(requested: RenditionRecipe, a: ClipForm = SQUARE, b: ClipForm = WIDE) -> tuple[Loss, Loss]:
    recipe = choose_recipe(a, b, requested)
    return loss_of(a, recipe), loss_of(b, recipe)


def test_a_copy_loses_nothing() -> None:
    assert losses(RenditionRecipe.REMUX, SQUARE, SQUARE) == (Loss(), Loss())


def test_normalising_cuts_and_crops_the_longer_and_wider_clip() -> None:
    small, large = losses(RenditionRecipe.NORMALISED)

    # By hand: 2 of 5 s; of 832x480 scaled to a height of 320 the middle 320 of 554.7 columns; 8 of 16 fps.
    assert small == Loss()
    assert large == Loss(
        length=pytest.approx(0.6), width=pytest.approx(1 - 480 / 832), height=0.0, frame_rate=0.5
    )


@pytest.mark.parametrize(
    ("requested", "kept"),
    [
        (RenditionRecipe.LETTERBOX, {"width": 0.0, "height": 0.0}),
        (RenditionRecipe.NATIVE, {"width": 0.0, "height": 0.0}),
        (RenditionRecipe.KEEP_LONGER, {"length": 0.0}),
    ],
)
def test_each_choice_keeps_what_it_promises(requested: RenditionRecipe, kept: dict[str, Any]) -> None:
    _, large = losses(requested)

    assert {name: getattr(large, name) for name in kept} == kept
    assert not large.is_negligible


def test_the_loss_of_one_column_is_not_reported() -> None:
    _, odd = losses(RenditionRecipe.NORMALISED, SQUARE, replace(SQUARE, width=321, height=321))

    assert odd.is_negligible


@pytest.mark.parametrize(
    ("loss", "sentence"),
    [
        (
            SideLoss(Side.OTHER, 320, 320, Loss(length=0.6, width=0.25), True),
            "B loses 60 % of its length and 25 % of its width.",
        ),
        (
            SideLoss(Side.OTHER, 3, 320, Loss(length=0.6, height=0.1, frame_rate=0.5), False),
            "B loses up to 60 % of its length, up to 10 % of its height and up to 50 % of its frame rate "
            "in 3 of 320 pairs.",
        ),
    ],
)
def test_a_loss_is_described_in_one_sentence(loss: SideLoss, sentence: str) -> None:
    assert loss.sentence("B") == sentence
