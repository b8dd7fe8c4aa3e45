"""The figure of frames: models as rows, frames as columns, image and prompt at the top."""

import pytest

from benchmark.exports.figures.kinds import CannotDraw
from benchmark.exports.figures.strips import evenly_spaced
from tests.benchmark.exports.figures.worlds import SPECIALS, csv_lines, picture, strips, texts


def test_models_are_named_and_columns_numbered() -> None:
    shown = texts(strips())

    assert {"Model 0", "Model 1", "frame 1", "frame 6", "frame 11", "frame 16"} <= set(shown)
    assert "“the kite rises”" in shown


def test_frames_of_clips_of_different_length_are_labelled_with_their_relative_time() -> None:
    shown = texts(strips(frames=(16, 49)))

    assert {"0 % of the clip", "33 % of the clip", "100 % of the clip"} <= set(shown)


def test_the_csv_states_the_position_of_every_frame() -> None:
    lines = csv_lines(strips())

    assert lines[0] == "pair,prompt,model,name,clip_sha256,column,frame,frames"
    assert lines[2] == f"kite1_the_kite_rises,the kite rises,model0,Model 0,{0:064},2,6,16"
    assert len(lines) == 1 + 2 * 4


def test_the_frames_are_on_the_picture() -> None:
    image = picture(strips(models=3)).convert("RGB")

    assert {(0, 0, 0), (40, 40, 40), (80, 80, 80), (128, 128, 128)} <= {
        colour for _count, colour in image.getcolors(1 << 20) or []
    }


def test_a_long_prompt_of_specials_is_drawn_on_few_lines() -> None:
    shown = texts(strips(prompt=SPECIALS * 20))

    assert any("<b>$x^2$</b>" in text for text in shown)
    assert sum("input" in text for text in shown) <= 4


@pytest.mark.parametrize("models", [0, 25])
def test_no_clip_and_too_many_are_refused(models: int) -> None:
    with pytest.raises(CannotDraw):
        strips(models=models)


@pytest.mark.parametrize(
    ("frames", "shown", "numbers"),
    [(16, 6, (1, 4, 7, 10, 13, 16)), (2, 4, (1, 1, 2, 2)), (16, 1, (1,)), (1, 3, (1, 1, 1))],
)
def test_frames_are_evenly_spaced_from_first_to_last(
    frames: int, shown: int, numbers: tuple[int, ...]
) -> None:
    assert evenly_spaced(frames, shown) == numbers
