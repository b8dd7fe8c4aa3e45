"""Implements a linear autoencoder: principal component analysis (PCA) of image patches.

The components are computed in closed form. In models of a few megabytes, this autoencoder replaces the usual
autoencoder, because the usual autoencoder alone has 84 million weights. `PatchAutoencoder` has the interface
of diffusers' `AutoencoderKL`.
"""

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.autoencoders.vae import DecoderOutput, DiagonalGaussianDistribution
from diffusers.models.modeling_outputs import AutoencoderKLOutput
from diffusers.models.modeling_utils import ModelMixin
from diffusers.utils.accelerate_utils import apply_forward_hook
from torch import Tensor
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from models.motif.checkpoints import StrictModel

__all__ = ["ModelMixin", "PatchAutoencoder"]  # diffusers looks up ModelMixin in the module of the class

COLOUR_CHANNELS = 3


class PatchAutoencoder(StrictModel, ConfigMixin):  # type: ignore[misc]  # both define config_name
    """Encodes a patch x to z = scales * P (x - mean), and decodes z to P^T (z / scales) + mean.

    Args:
        patch: side of a patch in pixels.
        latent_channels: number of principal components to keep. The maximum is 3 * patch ** 2; with this
            number, the coding is lossless.
        scaling_factor: factor by which latents are multiplied, so that the mean square of the latents is 1.
            `encode_frames` applies the factor.

    Attributes:
        mean: (3 * patch ** 2,) float32, the mean patch.
        components: (latent_channels, 3 * patch ** 2) float32, P: orthonormal rows in order of variance.
        scales: (latent_channels,) float32, above 0.
    """

    mean: Tensor
    components: Tensor
    scales: Tensor

    @register_to_config  # type: ignore[untyped-decorator]  # diffusers'
    def __init__(
        self,
        patch: int = 4,
        latent_channels: int = 8,
        scaling_factor: float = 1.0,  # noqa: ARG002  # encode_frames reads it from the config
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # diffusers'
        values = COLOUR_CHANNELS * patch**2
        if not 1 <= latent_channels <= values:
            raise ValueError(
                f"latent_channels is {latent_channels}; expected 1 to {values} for a patch of side {patch}"
            )
        self.patch = patch
        # Use parameters and not buffers, because diffusers takes the dtype and device of a model from its
        # parameters.
        self.mean = torch.nn.Parameter(torch.zeros(values), requires_grad=False)
        self.components = torch.nn.Parameter(torch.eye(latent_channels, values), requires_grad=False)
        self.scales = torch.nn.Parameter(torch.ones(latent_channels), requires_grad=False)

    @classmethod
    def fit(
        cls, frames: Tensor, patch: int = 4, latent_channels: int = 8, *, whiten: float = 0.0
    ) -> "PatchAutoencoder":
        """Return the autoencoder with the smallest squared reconstruction error on the given frames.

        Args:
            frames: (frames, 3, height, width) float in [-1, 1]; height and width are multiples of the patch.
            patch: side of a patch in pixels.
            latent_channels: principal components to keep.
            whiten: exponent of the whitening in [0, 1]. With an exponent of 0, distances between frames are
                preserved. With an exponent of 1, all channels have the same variance, so that noise affects
                fine detail and large areas equally.
        """
        patches = pixel_unshuffle(frames.double(), patch).transpose(0, 1).flatten(1)
        mean = patches.mean(dim=1)
        variances, directions = torch.linalg.eigh(torch.cov(patches))
        kept = directions.flip(1)[:, :latent_channels].T
        # The sign of an eigenvector is arbitrary and differs between machines: make its largest entry
        # positive.
        largest = kept.gather(1, kept.abs().argmax(dim=1, keepdim=True))
        variance = variances.flip(0)[:latent_channels].clamp(min=1e-8)
        scales = variance ** (-whiten / 2)
        mean_square = (variance * scales**2).mean()
        autoencoder: PatchAutoencoder = cls(patch, latent_channels, scaling_factor=float(mean_square**-0.5))
        autoencoder.mean.copy_(mean)
        autoencoder.components.copy_(kept * largest.sign())
        autoencoder.scales.copy_(scales)
        return autoencoder

    @apply_forward_hook  # type: ignore[untyped-decorator]  # CPU offload moves the weights
    def encode(self, x: Tensor) -> AutoencoderKLOutput:
        """Encode images to latents, as a distribution with variance 0.

        Args:
            x: (batch, 3, height, width) float in [-1, 1].

        Returns:
            A distribution with variance 0; its mean is (batch, latent_channels, height / patch, width /
            patch).

        Raises:
            ValueError: height or width is not a multiple of the patch.
        """
        height, width = x.shape[-2:]
        if height % self.patch or width % self.patch:
            raise ValueError(f"images of {height}x{width}: both sides must be multiples of {self.patch}")
        patches = pixel_unshuffle(x, self.patch) - self.mean.view(-1, 1, 1)
        latents = torch.einsum("cp,bphw->bchw", self.components, patches) * self.scales.view(-1, 1, 1)
        log_variance = torch.zeros_like(latents)
        return AutoencoderKLOutput(DiagonalGaussianDistribution(torch.cat([latents, log_variance], 1), True))

    @apply_forward_hook  # type: ignore[untyped-decorator]
    def decode(self, z: Tensor) -> DecoderOutput:
        """Decode latents to images.

        Args:
            z: (batch, latent_channels, latent height, latent width), unscaled.

        Returns:
            (batch, 3, height, width) float, in [-1, 1] up to the coding error.
        """
        patches = torch.einsum("cp,bchw->bphw", self.components, z / self.scales.view(-1, 1, 1))
        return DecoderOutput(pixel_shuffle(patches + self.mean.view(-1, 1, 1), self.patch))
