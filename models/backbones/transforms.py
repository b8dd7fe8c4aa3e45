"""Image transforms of the backbones, without torchvision.

Each function takes an image (height, width, 3) uint8 and returns (3, height, width) float32 in [0, 1].
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

CLIP_MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
CLIP_STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)
IMAGENET_MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
IMAGENET_STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def centre_crop_square(
    image: NDArray[np.uint8], side: int, *, resized: int | None = None, antialias: bool = True
) -> Tensor:
    """Resize an image's shorter side (bicubic), then crop the centre to a square.

    Args:
        image: (height, width, 3) uint8 RGB.
        side: side of the crop in pixels.
        resized: length of the shorter side before the crop; default: `side`.
        antialias: whether to antialias, as torchvision does for images. Older versions of torchvision did not
            antialias tensors, which changes VBench's background consistency by about 0.002.

    Returns:
        (3, side, side) float32 in [0, 1].
    """
    pixels = _resized(image, resized or side, mode="bicubic", antialias=antialias)
    height, width = pixels.shape[1:]
    top, left = round((height - side) / 2), round((width - side) / 2)
    return pixels[:, top : top + side, left : left + side]


def shorter_side(image: NDArray[np.uint8], side: int, *, antialias: bool = True) -> Tensor:
    """Resize the shorter side (bilinear) without a crop; return (3, height, width) float32 in [0, 1]."""
    return _resized(image, side, mode="bilinear", antialias=antialias)


def _resized(image: NDArray[np.uint8], side: int, *, mode: str, antialias: bool) -> Tensor:
    pixels = torch.tensor(np.asarray(image)).permute(2, 0, 1).float()
    height, width = pixels.shape[1:]
    size = (side, int(side * width / height)) if height <= width else (int(side * height / width), side)
    scaled = interpolate(pixels[None], size=size, mode=mode, antialias=antialias, align_corners=False)[0]
    return scaled.clamp(0, 255).round() / 255
