"""Preprocessing of the input image."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.motif.input_image import resize_and_crop


def columns_of_grey(height: int, width: int) -> NDArray[np.uint8]:
    """Return an image whose grey level is the column index."""
    return np.tile(np.arange(width, dtype=np.uint8)[None, :, None], (height, 1, 3))


def test_an_image_of_the_target_size_is_unchanged() -> None:
    image = np.random.default_rng(1).integers(0, 256, (8, 12, 3), dtype=np.uint8)

    values = resize_and_crop(image, height=8, width=12)

    assert np.array_equal(((values + 1) * 127.5).round().permute(1, 2, 0).numpy(), image)


def test_black_is_minus_1_and_white_is_1() -> None:
    assert resize_and_crop(np.zeros((4, 4, 3), np.uint8), height=4, width=4).unique().tolist() == [-1.0]
    assert resize_and_crop(np.full((4, 4, 3), 255, np.uint8), height=4, width=4).unique().tolist() == [1.0]


def test_a_wide_image_is_cropped_equally_on_both_sides() -> None:
    values = resize_and_crop(columns_of_grey(10, 30), height=10, width=10)

    assert ((values[0, 0] + 1) * 127.5).round().tolist() == list(range(10, 20))


def test_a_tall_image_is_cropped_equally_at_top_and_bottom() -> None:
    values = resize_and_crop(columns_of_grey(10, 30).transpose(1, 0, 2), height=10, width=10)

    assert ((values[0, :, 0] + 1) * 127.5).round().tolist() == list(range(10, 20))


@pytest.mark.parametrize(("height", "width"), [(320, 512), (7, 5), (64, 64)])
def test_an_image_of_any_shape_covers_the_target_size(height: int, width: int) -> None:
    white = np.full((33, 50, 3), 255, np.uint8)

    values = resize_and_crop(white, height=height, width=width)

    assert values.shape == (3, height, width)
    assert values.min() == 1.0


def test_transparency_is_white() -> None:
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 0))

    assert resize_and_crop(image, height=4, width=4)[:, 0, 0].tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("dog.png", "image is a str; expected a Pillow image or an array"),
        (np.zeros((4, 4), np.uint8), r"array of uint8 with shape \(4, 4\); expected uint8 and \(rows"),
        (np.zeros((4, 4, 3)), "array of float64"),
        (np.zeros((3, 4, 4), np.uint8), r"shape \(3, 4, 4\)"),
    ],
)
def test_an_object_that_is_not_an_image_is_refused(image: object, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        resize_and_crop(image, height=4, width=4)
