"""Encodes input images for the network's image conditioning: latents for `x-cat`, tokens for `cx-attn`."""

from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import CLIPVisionModel
from transformers.image_processing_utils import BaseImageProcessor

from models.motif.encoders import Autoencoder, encode_frames, encode_image_tokens


@dataclass(frozen=True)
class ImageInputEncoder:
    """The image encoders of a pipeline.

    Attributes:
        vae: the autoencoder.
        image_encoder: a CLIP vision model, or None.
        image_processor: prepares images for the vision model, or None.
        device: the device of the forward passes.
    """

    vae: Autoencoder
    image_encoder: CLIPVisionModel | None
    image_processor: BaseImageProcessor | None
    device: torch.device

    def latents(self, pixels: Tensor) -> Tensor:
        """Encode images, (batch, 3, height, width), to (batch, channels, latent height, latent width).

        Raises:
            ValueError: height or width is not a multiple of the autoencoder's patch size.
        """
        latents = encode_frames(self.vae, pixels, device=self.device)
        for name, side, latent in zip(("height", "width"), pixels.shape[2:], latents.shape[2:], strict=True):
            if side % latent:
                raise ValueError(f"{name} is {side}; expected a multiple of the autoencoder's patch size")
        return latents

    def tokens(self, pixels: Tensor) -> Tensor:
        """Encode images to tokens, (batch, tokens, channels).

        Raises:
            ValueError: the pipeline has no image encoder.
        """
        if self.image_encoder is None or self.image_processor is None:
            raise ValueError(
                "the network attends to image tokens, so the pipeline needs an image_encoder and an "
                "image_processor; it has none"
            )
        return encode_image_tokens(self.image_processor, self.image_encoder, pixels, device=self.device)
