"""An autoencoder without training: each patch of the picture, turned and cut off by principal components.

It stands in for the 84 million weights of the usual one where a whole model must fit in a few megabytes,
behind the same interface as diffusers' `AutoencoderKL`.
"""

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.autoencoders.vae import DecoderOutput, DiagonalGaussianDistribution
from diffusers.models.modeling_outputs import AutoencoderKLOutput
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from models.motif.checkpoints import WholeModel

__all__ = ["ModelMixin", "PatchAutoencoder"]  # diffusers looks for its base class beside ours

COLOURS = 3


class PatchAutoencoder(WholeModel, ConfigMixin):  # type: ignore[misc]  # both of diffusers' name config_name
    """z = scales * P (x - mean) for each patch x; decoding divides by the scales and transposes P.

    Args:
        patch: side of a patch in pixels.
        latent_channels: principal components kept, at most 3 * patch ** 2 (then nothing is lost).
        scaling_factor: latents times this have a mean square of 1; whoever encodes applies it.

    Attributes:
        mean: (3 * patch ** 2,), the mean patch.
        components: (latent_channels, 3 * patch ** 2), P, orthonormal rows, the largest variance first.
        scales: (latent_channels,), above 0.
    """

    mean: Tensor
    components: Tensor
    scales: Tensor

    @register_to_config  # type: ignore[untyped-decorator]  # diffusers'
    def __init__(
        self,
        patch: int = 4,
        latent_channels: int = 8,
        scaling_factor: float = 1.0,  # noqa: ARG002  # whoever encodes reads it from the config
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # diffusers'
        values = COLOURS * patch**2
        if not 1 <= latent_channels <= values:
            raise ValueError(
                f"latent_channels is {latent_channels}; a patch of side {patch} allows 1 to {values}"
            )
        self.patch = patch
        # Parameters, though nothing trains them: diffusers reads a model's dtype and device off parameters.
        self.mean = torch.nn.Parameter(torch.zeros(values), requires_grad=False)
        self.components = torch.nn.Parameter(torch.eye(latent_channels, values), requires_grad=False)
        self.scales = torch.nn.Parameter(torch.ones(latent_channels), requires_grad=False)

    @classmethod
    def fitted(
        cls, frames: Tensor, patch: int = 4, latent_channels: int = 8, *, whiten: float = 0.0
    ) -> "PatchAutoencoder":
        """Return the autoencoder that loses least on these frames, found in closed form.

        Args:
            frames: (frames, 3, height, width), values in [-1, 1]; both sides multiples of the patch.
            whiten: 0 keeps distances as they are between pictures; 1 gives every channel one variance, so
                that noise spares fine detail as much as large areas; in between is in between.
        """
        patches = pixel_unshuffle(frames.double(), patch).transpose(0, 1).flatten(1)
        mean = patches.mean(dim=1)
        variances, directions = torch.linalg.eigh(torch.cov(patches))
        kept = directions.flip(1)[:, :latent_channels].T
        # An eigenvector's sign is arbitrary and differs between machines: its largest entry becomes positive.
        largest = kept.gather(1, kept.abs().argmax(dim=1, keepdim=True))
        variance = variances.flip(0)[:latent_channels].clamp(min=1e-8)
        scales = variance ** (-whiten / 2)
        mean_square = (variance * scales**2).mean()
        fitted: PatchAutoencoder = cls(patch, latent_channels, scaling_factor=float(mean_square**-0.5))
        fitted.mean.copy_(mean)
        fitted.components.copy_(kept * largest.sign())
        fitted.scales.copy_(scales)
        return fitted

    def encode(self, x: Tensor) -> AutoencoderKLOutput:
        """Return the latents of pictures as a distribution without spread.

        Args:
            x: (batch, 3, height, width), values in [-1, 1].

        Returns:
            latents (batch, latent_channels, height / patch, width / patch).

        Raises:
            ValueError: a side is not a multiple of the patch.
        """
        height, width = x.shape[-2:]
        if height % self.patch or width % self.patch:
            raise ValueError(f"pictures of {height}x{width}: both sides must be multiples of {self.patch}")
        patches = pixel_unshuffle(x, self.patch) - self.mean.view(-1, 1, 1)
        latents = torch.einsum("cp,bphw->bchw", self.components, patches) * self.scales.view(-1, 1, 1)
        spread = torch.zeros_like(latents)
        return AutoencoderKLOutput(DiagonalGaussianDistribution(torch.cat([latents, spread], 1), True))

    def decode(self, z: Tensor) -> DecoderOutput:
        """Return the pictures of latents, (batch, 3, height, width)."""
        patches = torch.einsum("cp,bchw->bphw", self.components, z / self.scales.view(-1, 1, 1))
        return DecoderOutput(pixel_shuffle(patches + self.mean.view(-1, 1, 1), self.patch))
