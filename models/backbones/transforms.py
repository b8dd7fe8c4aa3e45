"""Transforms images for the backbones, without torchvision.

Each function takes an image (height, width, 3) uint8 and returns (3, height, width) float32 in [0, 1].
Bicubic interpolation can return values slightly outside [0, 1]; these values are not rounded or clipped.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

CLIP_MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
CLIP_STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)
IMAGENET_MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
IMAGENET_STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


@dataclass(frozen=True)
class Resampling:
    """The method that resizes pixels.

    Attributes:
        antialias: whether to low-pass filter an image before it is downscaled, as Pillow does. Versions of
            torchvision before 0.17 did not filter tensors.
        rounded: whether to clip the result to [0, 1] and round it to multiples of 1/255, as Pillow does. For
            float tensors, torchvision neither clips nor rounds.
    """

    antialias: bool = True
    rounded: bool = True

    def __str__(self) -> str:
        return f"{'antialias' if self.antialias else 'plain'}-{'uint8' if self.rounded else 'float'}"


AS_PILLOW = Resampling()


def centre_crop_square(
    image: NDArray[np.uint8], side: int, *, resized: int | None = None, resampling: Resampling = AS_PILLOW
) -> Tensor:
    """Resize an image's shorter side (bicubic), then crop the centre to a square.

    Args:
        image: (height, width, 3) uint8 RGB.
        side: side of the crop in pixels.
        resized: length of the shorter side before the crop, in pixels (default: `side`).
        resampling: states whether resizing uses antialiasing and rounding.

    Returns:
        (3, side, side) float32.
    """
    pixels = _resized(image, _shorter(image, resized or side), mode="bicubic", resampling=resampling)
    height, width = pixels.shape[1:]
    top, left = round((height - side) / 2), round((width - side) / 2)
    return pixels[:, top : top + side, left : left + side]


def shorter_side(image: NDArray[np.uint8], side: int, *, resampling: Resampling = AS_PILLOW) -> Tensor:
    """Resize an image's shorter side to `side` (bilinear) without a crop."""
    return _resized(image, _shorter(image, side), mode="bilinear", resampling=resampling)


def squash_square(image: NDArray[np.uint8], side: int, *, resampling: Resampling = AS_PILLOW) -> Tensor:
    """Resize both sides of an image to `side` (bicubic); the aspect ratio changes."""
    return _resized(image, (side, side), mode="bicubic", resampling=resampling)


def within(image: NDArray[np.uint8], *, height: int, width: int) -> Tensor:
    """Resize an image to `height` and `width` (bilinear, without antialiasing or rounding)."""
    return _resized(image, (height, width), mode="bilinear", resampling=Resampling(False, False))


def _shorter(image: NDArray[np.uint8], side: int) -> tuple[int, int]:
    height, width = image.shape[:2]
    return (side, int(side * width / height)) if height <= width else (int(side * height / width), side)


def _resized(image: NDArray[np.uint8], size: tuple[int, int], *, mode: str, resampling: Resampling) -> Tensor:
    if resampling == AS_PILLOW:
        method = Image.Resampling.BICUBIC if mode == "bicubic" else Image.Resampling.BILINEAR
        small = Image.fromarray(image).resize((size[1], size[0]), method)
        return torch.tensor(np.asarray(small)).permute(2, 0, 1).float() / 255
    pixels = torch.tensor(np.asarray(image)).permute(2, 0, 1).float()
    scaled = interpolate(
        pixels[None], size=size, mode=mode, antialias=resampling.antialias, align_corners=False
    )[0]
    return (scaled.clamp(0, 255).round() if resampling.rounded else scaled) / 255
