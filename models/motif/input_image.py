"""Preprocesses input images: splits batches, resizes, crops to the network's size, scales to [-1, 1]."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from benchmark.image_display import displayed

InputImage = Image.Image | NDArray[np.generic] | Tensor
InputImages = InputImage | Sequence[InputImage]

_COLOURS = 3


def preprocess_images(image: InputImages, *, height: int, width: int) -> Tensor:
    """Return the images of a batch at the network's size.

    Each image is resized to cover the target size, then cropped to its centre. The paper does not state how
    images are resized. The aspect ratio is preserved. An image that already has the target size is not
    resampled.

    Args:
        image: one image, a batch, or a list of these:

            - a Pillow image of any mode, converted to the upright RGB image that a viewer shows
              (`benchmark.image_display`);
            - an array (rows, columns, 3) or (batch, rows, columns, 3);
            - a tensor (3, rows, columns) or (batch, 3, rows, columns).

            Arrays and tensors are uint8 from 0 to 255, or floats from 0 to 1; the floats are rounded to 8
            bits.
        height: target height in pixels.
        width: target width in pixels.

    Returns:
        (images, 3, height, width) float32 in [-1, 1].

    Raises:
        TypeError: an image is neither a Pillow image nor an array nor a tensor.
        ValueError: there is no image, or an array or tensor has the wrong shape, type or range.
    """
    images = _split(image)
    if not images:
        raise ValueError("image is an empty list; expected at least one image")
    return torch.stack([_resize_and_crop(each, height, width) for each in images])


def _split(image: InputImages) -> list[Image.Image]:
    """Return the images of a batch as RGB images, rotated as a viewer shows them."""
    if isinstance(image, list | tuple):
        return [each for part in image for each in _split(part)]
    if isinstance(image, Image.Image):
        return [displayed(image)]
    if isinstance(image, Tensor):
        kind = f"a tensor of {image.dtype} with shape {tuple(image.shape)}"
        return _rgb_images(_channels_last(image.detach().cpu()), kind, "3, rows, columns")
    if isinstance(image, np.ndarray):
        kind = f"an array of {image.dtype} with shape {image.shape}"
        return _rgb_images(image, kind, "rows, columns, 3")
    raise TypeError(f"image is a {type(image).__name__}; expected a Pillow image, an array or a tensor")


def _resize_and_crop(image: Image.Image, height: int, width: int) -> Tensor:
    scale = max(height / image.height, width / image.width)
    covering = (max(width, round(image.width * scale)), max(height, round(image.height * scale)))
    if covering != image.size:
        image = image.resize(covering, Image.Resampling.LANCZOS)
    left, top = (covering[0] - width) // 2, (covering[1] - height) // 2
    cropped = np.asarray(image.crop((left, top, left + width, top + height)), dtype=np.float32)
    return torch.from_numpy(cropped / 127.5 - 1).permute(2, 0, 1)


def _channels_last(image: Tensor) -> NDArray[np.generic]:
    """Move the channels (the third dimension from the end) of an image or batch to the end."""
    values = image.float() if image.is_floating_point() else image  # NumPy has no bfloat16
    return np.asarray(values.movedim(-3, -1) if image.ndim in (3, 4) else values)


def _rgb_images(array: NDArray[np.generic], kind: str, layout: str) -> list[Image.Image]:
    """Return the images of an array (rows, columns, 3) or (batch, rows, columns, 3)."""
    if array.ndim not in (3, 4) or array.shape[-1] != _COLOURS or 0 in array.shape:
        raise ValueError(f"image is {kind}; expected the shape ({layout}) or (batch, {layout})")
    pixels = array if array.dtype == np.uint8 else _to_bytes(array, kind)
    return [Image.fromarray(each) for each in pixels.reshape(-1, *pixels.shape[-3:])]


def _to_bytes(array: NDArray[np.generic], kind: str) -> NDArray[np.uint8]:
    if not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"image is {kind}; expected uint8 from 0 to 255, or floats from 0 to 1")
    values = array.astype(np.float32)
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= 1):  # also true for NaN
        raise ValueError(f"image is {kind} and values from {low:g} to {high:g}; expected values from 0 to 1")
    return np.round(values * 255).astype(np.uint8)
