"""Preprocessing of the input images."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from models.motif.input_image import preprocess_images


def columns_of_grey(height: int, width: int) -> NDArray[np.uint8]:
    """Return an image whose grey level is the column index."""
    return np.tile(np.arange(width, dtype=np.uint8)[None, :, None], (height, 1, 3))


def test_an_image_of_the_target_size_is_unchanged() -> None:
    image = np.random.default_rng(1).integers(0, 256, (8, 12, 3), dtype=np.uint8)

    values = preprocess_images(image, height=8, width=12)[0]

    assert np.array_equal(((values + 1) * 127.5).round().permute(1, 2, 0).numpy(), image)


def test_black_is_minus_1_and_white_is_1() -> None:
    assert preprocess_images(np.zeros((4, 4, 3), np.uint8), height=4, width=4).unique().tolist() == [-1.0]
    assert preprocess_images(np.full((4, 4, 3), 255, np.uint8), height=4, width=4).unique().tolist() == [1.0]


def test_a_wide_image_is_cropped_equally_on_both_sides() -> None:
    values = preprocess_images(columns_of_grey(10, 30), height=10, width=10)[0]

    assert ((values[0, 0] + 1) * 127.5).round().tolist() == list(range(10, 20))


def test_a_tall_image_is_cropped_equally_at_top_and_bottom() -> None:
    values = preprocess_images(columns_of_grey(10, 30).transpose(1, 0, 2), height=10, width=10)[0]

    assert ((values[0, :, 0] + 1) * 127.5).round().tolist() == list(range(10, 20))


@pytest.mark.parametrize(("height", "width"), [(320, 512), (7, 5), (64, 64)])
def test_an_image_of_any_shape_covers_the_target_size(height: int, width: int) -> None:
    white = np.full((33, 50, 3), 255, np.uint8)

    values = preprocess_images(white, height=height, width=width)

    assert values.shape == (1, 3, height, width)
    assert values.min() == 1.0


def test_transparency_is_white() -> None:
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 0))

    assert preprocess_images(image, height=4, width=4)[0, :, 0, 0].tolist() == [1.0, 1.0, 1.0]


def every_kind_of(image: NDArray[np.uint8]) -> dict[str, object]:
    """Return one image in every type that the pipeline takes."""
    tensor = torch.from_numpy(image).permute(2, 0, 1)
    return {
        "Pillow": Image.fromarray(image),
        "float array": image / 255,
        "batch of arrays": image[None],
        "uint8 tensor": tensor,
        "float tensor": tensor / 255,
        "half tensor": (tensor / 255).half(),
        "batch of tensors": tensor[None],
        "list of batches": [tensor[None]],
        "tuple": (image,),
    }


def test_all_types_of_one_image_give_the_same_values() -> None:
    image = np.random.default_rng(2).integers(0, 256, (8, 12, 3), dtype=np.uint8)
    expected = preprocess_images(image, height=8, width=12)

    different = [
        kind
        for kind, each in every_kind_of(image).items()
        if not torch.equal(preprocess_images(each, height=8, width=12), expected)
    ]

    assert not different


def test_a_batch_keeps_the_order_of_its_images() -> None:
    levels = np.array([0, 255, 51], np.uint8)
    batch = np.broadcast_to(levels[:, None, None, None], (3, 4, 4, 3))

    values = preprocess_images([batch[:2], Image.fromarray(batch[2])], height=4, width=4)

    assert values[:, 0, 0, 0].tolist() == pytest.approx([-1, 1, -0.6])


@pytest.mark.parametrize("image", ["dog.png", None, ["dog.png"]])
def test_an_object_that_is_not_an_image_is_refused(image: object) -> None:
    with pytest.raises(TypeError, match=r"image is a .*; expected a Pillow image, an array or a tensor"):
        preprocess_images(image, height=4, width=4)


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (
            np.zeros((4, 4), np.uint8),
            r"array of uint8 with shape \(4, 4\); expected the shape \(rows, columns, 3",
        ),
        (
            np.zeros((3, 4, 4), np.uint8),
            r"shape \(3, 4, 4\); expected the shape \(rows, columns, 3\) or \(batch",
        ),
        (
            torch.zeros(4, 4, 3),
            r"a tensor of torch.float32 with shape \(4, 4, 3\); expected the shape \(3, rows",
        ),
        (
            np.zeros((4, 4, 3), np.int64),
            "array of int64 .* expected uint8 from 0 to 255, or floats from 0 to 1",
        ),
        (torch.full((3, 4, 4), -1.0), "values from -1 to -1; expected values from 0 to 1"),
        (np.full((4, 4, 3), np.nan), "values from nan to nan; expected values from 0 to 1"),
        ([], "image is an empty list; expected at least one image"),
    ],
)
def test_an_array_of_another_shape_type_or_range_is_refused(image: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        preprocess_images(image, height=4, width=4)
