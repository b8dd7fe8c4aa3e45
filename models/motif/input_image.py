"""The input image, brought to the size a network animates."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

Picture = Image.Image | NDArray[np.uint8]


def fitted(picture: Picture, *, height: int, width: int) -> Tensor:
    """Return a picture at a size: scaled until it covers it, then cut to its middle [open].

    The overhang is lost on both sides alike, nothing is squeezed; a picture of the right size is unchanged.

    Args:
        picture: a Pillow image of any mode, or an array (rows, columns, 3) uint8 RGB.

    Returns:
        (3, height, width) float32, values in [-1, 1].

    Raises:
        TypeError: it is neither.
    """
    image = _as_image(picture)
    scale = max(height / image.height, width / image.width)
    covering = (max(width, round(image.width * scale)), max(height, round(image.height * scale)))
    if covering != image.size:
        image = image.resize(covering, Image.Resampling.LANCZOS)
    left, top = (covering[0] - width) // 2, (covering[1] - height) // 2
    cut = np.asarray(image.crop((left, top, left + width, top + height)), dtype=np.float32)
    return torch.from_numpy(cut / 127.5 - 1).permute(2, 0, 1)


def _as_image(picture: Picture) -> Image.Image:
    if isinstance(picture, Image.Image):
        return picture.convert("RGB")
    if not isinstance(picture, np.ndarray):
        raise TypeError(f"image is a {type(picture).__name__}; expected a Pillow image or an array")
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise TypeError(
            f"image is an array of {picture.dtype} with shape {picture.shape}; expected uint8 and (rows, "
            "columns, 3)"
        )
    return Image.fromarray(picture)
