"""DINO ViT image encoder, loaded with transformers. The feature of an image is the last layer's class token.

Source: M. Caron et al. (2021), Emerging Properties in Self-Supervised Vision Transformers. For images that
are not square, position encodings are interpolated as in the authors' code, see `position_encodings`. The
code in transformers samples the encodings at slightly different points.
"""

from copy import copy
from enum import StrEnum
from functools import partial
from math import isqrt
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from models.backbones.base import Features, Images
from models.backbones.device import float32_convolutions, torch_device, torch_dtype
from models.backbones.dtype import Dtype
from models.backbones.pretrained import load_pretrained
from models.backbones.transforms import (
    AS_PILLOW,
    IMAGENET_MEAN,
    IMAGENET_STD,
    Resampling,
    centre_crop_square,
    shorter_side,
)


class DinoTransform(StrEnum):
    """VBench's image transforms.

    VBench crops images for the I2V subject score, but not for subject consistency.
    """

    CROP = "crop"
    SHORTER_SIDE = "shorter_side"


class DinoBackbone:
    """A DINO ViT, loaded from a folder with the layout of a Hugging Face repository.

    The weights are a safetensors file, or a checkpoint that torch can read with weights_only.

    Args:
        folder: folder with config.json and model.safetensors.
        identity: name, revision and transform, which determine the features; see `ImageEncoder.identity`.
        transform: `crop` resizes the shorter side to 256 pixels (bicubic) and crops the centre to 224.
            `shorter_side` resizes the shorter side to 224 pixels (bilinear) without a crop.
        device: the device of the network, such as `cpu` or `cuda:0`.
        dtype: the floating-point type in which the network computes.
        batch_size: images per forward pass; all images of one call must have the same size.
        resampling: how images are resized.

    Raises:
        BackboneMissing: a file is missing or does not belong to a ViT.
    """

    def __init__(
        self,
        folder: Path,
        *,
        identity: str,
        transform: DinoTransform = DinoTransform.CROP,
        device: str = "cpu",
        dtype: Dtype = Dtype.FLOAT32,
        batch_size: int = 16,
        resampling: Resampling = AS_PILLOW,
    ) -> None:
        from transformers import ViTModel

        network = load_pretrained(ViTModel, folder, kind="ViT", add_pooling_layer=False)
        network.embeddings.interpolate_pos_encoding = partial(_encodings_of, network.embeddings)
        self._network = network.to(torch_device(device), torch_dtype(dtype))
        self._device = device
        self._dtype = dtype
        self._batch_size = batch_size
        self._side = int(network.config.image_size)
        self._transform = transform
        self._name = identity
        self._resampling = resampling

    @property
    def identity(self) -> str:
        return f"{self._name} {self._transform}{self._side} {self._resampling} dino-positions {self._dtype}"

    def resampled(self, resampling: Resampling) -> Self:
        """Return an encoder that uses the same network, but resizes images with another method."""
        other = copy(self)
        other._resampling = resampling
        return other

    @torch.no_grad()
    def encode_images(self, images: Images) -> Features:
        if not len(images):
            raise ValueError("there is nothing to encode")
        starts = range(0, len(images), self._batch_size)
        return np.concatenate([self._encode(images[start : start + self._batch_size]) for start in starts])

    def _encode(self, images: Images) -> Features:
        if self._transform is DinoTransform.CROP:
            resized = round(self._side * 256 / 224)
            pixels = [
                centre_crop_square(image, self._side, resized=resized, resampling=self._resampling)
                for image in images
            ]
        else:
            pixels = [shorter_side(image, self._side, resampling=self._resampling) for image in images]
        normal = (torch.stack(pixels) - IMAGENET_MEAN) / IMAGENET_STD
        inputs = normal.to(self._device, torch_dtype(self._dtype))
        with float32_convolutions():
            output = self._network(pixel_values=inputs, interpolate_pos_encoding=True)
        return np.asarray(output.last_hidden_state[:, 0].float().cpu().numpy(), dtype=np.float32)


def position_encodings(table: Tensor, rows: int, columns: int) -> Tensor:
    """Resize the encodings of a square grid of patches to rows x columns (bicubic).

    As in the authors' code, the scale factors of the interpolation are (rows + 0.1) / side and (columns +
    0.1) / side. The added 0.1 moves the sampling points slightly.

    Args:
        table: (1, 1 + side * side, dimensions): the class token's encoding, then the encodings of the
            patches.

    Returns:
        (1, 1 + rows * columns, dimensions).
    """
    side = isqrt(table.shape[1] - 1)
    grid = table[:, 1:].reshape(1, side, side, -1).permute(0, 3, 1, 2)
    ratio = ((rows + 0.1) / side, (columns + 0.1) / side)
    resized = interpolate(grid, scale_factor=ratio, mode="bicubic")
    return torch.cat([table[:, :1], resized.flatten(2).transpose(1, 2)], dim=1)


def _encodings_of(embeddings: Any, patches: Tensor, height: int, width: int) -> Tensor:
    """Return the position encodings for an image; this function replaces a method of transformers."""
    table: Tensor = embeddings.position_embeddings
    if patches.shape[1] == table.shape[1] and height == width:
        return table
    rows, columns = height // embeddings.patch_size, width // embeddings.patch_size
    return position_encodings(table.float(), rows, columns).to(table.dtype)
