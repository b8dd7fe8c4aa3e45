"""Preprocesses the input image: resizes and crops it to the network's resolution, scales it to [-1, 1]."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from benchmark.image_display import displayed

InputImage = Image.Image | NDArray[np.uint8]


def resize_and_crop(image: InputImage, *, height: int, width: int) -> Tensor:
    """Resize an image to cover the target size and crop its centre [open].

    The aspect ratio is preserved. An image of the target size is not resampled.

    Args:
        image: a Pillow image of any mode, converted to the upright RGB image that a viewer shows
            (`benchmark.image_display`), or an array (rows, columns, 3) uint8 RGB.
        height: target height in pixels.
        width: target width in pixels.

    Returns:
        (3, height, width) float32 in [-1, 1].

    Raises:
        TypeError: the image is neither a Pillow image nor a uint8 RGB array.
    """
    rgb = _to_rgb(image)
    scale = max(height / rgb.height, width / rgb.width)
    covering = (max(width, round(rgb.width * scale)), max(height, round(rgb.height * scale)))
    if covering != rgb.size:
        rgb = rgb.resize(covering, Image.Resampling.LANCZOS)
    left, top = (covering[0] - width) // 2, (covering[1] - height) // 2
    cropped = np.asarray(rgb.crop((left, top, left + width, top + height)), dtype=np.float32)
    return torch.from_numpy(cropped / 127.5 - 1).permute(2, 0, 1)


def _to_rgb(image: InputImage) -> Image.Image:
    if isinstance(image, Image.Image):
        return displayed(image)
    if not isinstance(image, np.ndarray):
        raise TypeError(f"image is a {type(image).__name__}; expected a Pillow image or an array")
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise TypeError(
            f"image is an array of {image.dtype} with shape {image.shape}; expected uint8 and "
            "(rows, columns, 3)"
        )
    return Image.fromarray(image)
