"""CLIP image and text encoders, loaded with the library transformers.

Source: A. Radford et al. (2021), Learning Transferable Visual Models From Natural Language Supervision.
Images are resized (bicubic) to the network's input size and cropped at the centre. By default, images are
resized as in CLIP's published image processor; for VBench, frames are resized as float tensors.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.backbones.base import BackboneMissing, Features, Images, first_line
from models.backbones.device import float32_convolutions, torch_device, torch_dtype
from models.backbones.dtype import Dtype
from models.backbones.pretrained import load_pretrained
from models.backbones.transforms import AS_PILLOW, CLIP_MEAN, CLIP_STD, Resampling, centre_crop_square


class ClipBackbone:
    """A CLIP model, loaded from a folder with the layout of a Hugging Face repository.

    The weights are a safetensors file, or a checkpoint that torch can read with weights_only.

    Args:
        folder: folder with config.json, model.safetensors and the tokenizer's files.
        identity: name, revision and transform, which determine the features; see `ImageEncoder.identity`.
        device: the device of the network, such as `cpu` or `cuda:0`.
        dtype: the floating-point type in which the network computes.
        batch_size: images or texts per forward pass.
        resampling: how images are resized.

    Raises:
        BackboneMissing: a file is missing or does not belong to a CLIP model.
    """

    def __init__(
        self,
        folder: Path,
        *,
        identity: str,
        device: str = "cpu",
        dtype: Dtype = Dtype.FLOAT32,
        batch_size: int = 32,
        resampling: Resampling = AS_PILLOW,
    ) -> None:
        from transformers import CLIPModel, CLIPTokenizerFast

        network = load_pretrained(CLIPModel, folder, kind="CLIP model")
        try:
            self._tokenizer = CLIPTokenizerFast.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise BackboneMissing(
                f"{folder} has no tokenizer of CLIP that can be read: {first_line(error)} Download the "
                "folder again."
            ) from error
        self._dtype = torch_dtype(dtype)
        self._network = network.to(torch_device(device), self._dtype)
        self._device = device
        self._batch_size = batch_size
        self._side = int(network.config.vision_config.image_size)
        self._resampling = resampling
        self.identity = f"{identity} crop{self._side} {resampling} {dtype}"

    @torch.no_grad()
    def encode_images(self, images: Images) -> Features:
        rows = [self._images(images[start : start + self._batch_size]) for start in self._starts(len(images))]
        return np.concatenate(rows)

    @torch.no_grad()
    def encode_texts(self, texts: Sequence[str]) -> Features:
        rows = [self._texts(texts[start : start + self._batch_size]) for start in self._starts(len(texts))]
        return np.concatenate(rows)

    def _starts(self, count: int) -> range:
        if count == 0:
            raise ValueError("there is nothing to encode")
        return range(0, count, self._batch_size)

    def _images(self, images: Images) -> Features:
        pixels = torch.stack(
            [centre_crop_square(image, self._side, resampling=self._resampling) for image in images]
        )
        normal = (pixels - CLIP_MEAN) / CLIP_STD
        inputs = normal.to(self._device, self._dtype)
        with float32_convolutions():
            return _rows(self._network.get_image_features(pixel_values=inputs))

    def _texts(self, texts: Sequence[str]) -> Features:
        limit = int(self._network.config.text_config.max_position_embeddings)
        tokens = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=limit, return_tensors="pt"
        )
        return _rows(self._network.get_text_features(**tokens.to(self._device)))


def _rows(output: object) -> Features:
    """Return features as an array; newer versions of transformers return an object with the features."""
    tensor = output if isinstance(output, Tensor) else output.pooler_output  # type: ignore[attr-defined]
    return np.asarray(tensor.float().cpu().numpy(), dtype=np.float32)
