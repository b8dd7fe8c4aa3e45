"""The input image at the network's size."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.motif.input_image import fitted


def columns_of_grey(height: int, width: int) -> NDArray[np.uint8]:
    """Return a picture whose grey value is the number of the column."""
    return np.tile(np.arange(width, dtype=np.uint8)[None, :, None], (height, 1, 3))


def test_a_picture_of_the_right_size_is_unchanged() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (8, 12, 3), dtype=np.uint8)

    values = fitted(picture, height=8, width=12)

    assert np.array_equal(((values + 1) * 127.5).round().permute(1, 2, 0).numpy(), picture)


def test_black_and_white_are_the_ends_of_the_range() -> None:
    assert fitted(np.zeros((4, 4, 3), np.uint8), height=4, width=4).unique().tolist() == [-1.0]
    assert fitted(np.full((4, 4, 3), 255, np.uint8), height=4, width=4).unique().tolist() == [1.0]


def test_a_wide_picture_loses_both_sides_alike() -> None:
    values = fitted(columns_of_grey(10, 30), height=10, width=10)

    assert ((values[0, 0] + 1) * 127.5).round().tolist() == list(range(10, 20))


def test_a_tall_picture_loses_top_and_bottom_alike() -> None:
    values = fitted(columns_of_grey(10, 30).transpose(1, 0, 2), height=10, width=10)

    assert ((values[0, :, 0] + 1) * 127.5).round().tolist() == list(range(10, 20))


@pytest.mark.parametrize(("height", "width"), [(320, 512), (7, 5), (64, 64)])
def test_any_picture_covers_the_size(height: int, width: int) -> None:
    white = np.full((33, 50, 3), 255, np.uint8)

    values = fitted(white, height=height, width=width)

    assert values.shape == (3, height, width)
    assert values.min() == 1.0


def test_a_transparent_picture_loses_its_transparency() -> None:
    picture = Image.new("RGBA", (4, 4), (255, 0, 0, 0))

    assert fitted(picture, height=4, width=4)[:, 0, 0].tolist() == [1.0, -1.0, -1.0]


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        ("dog.png", "image is a str; expected a Pillow image or an array"),
        (np.zeros((4, 4), np.uint8), r"array of uint8 with shape \(4, 4\); expected uint8 and \(rows"),
        (np.zeros((4, 4, 3)), "array of float64"),
        (np.zeros((3, 4, 4), np.uint8), r"shape \(3, 4, 4\)"),
    ],
)
def test_what_is_no_picture_is_refused(picture: object, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        fitted(picture, height=4, width=4)
