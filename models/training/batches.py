"""What the network is given in a step, and what it should have said."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.losses import prediction_target
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.scheduler import MotifDDIMScheduler
from models.motif.unet import MotifUNet
from models.training.cache_builder import CachedClip, Dataset
from models.training.sampling import Draw, noise


@dataclass(frozen=True, eq=False)
class Batch:
    """Clips with their noise.

    Attributes:
        noisy: z_t, (batch, channels, frames, height, width).
        target: what the network should predict, the same shape.
        timesteps: (batch,).
        text: (batch, tokens, channels).
        fps: (batch,).
        image_latents: (batch, channels, height, width), or None for `cx-attn`.
        image_tokens: (batch, tokens, channels), or None for `x-cat`.
        heatmap: m' of the loss, (batch, 1, frames, height, width).
        region: m of optical flow, the same shape; says which clips move and where.
    """

    noisy: Tensor
    target: Tensor
    timesteps: Tensor
    text: Tensor
    fps: Tensor
    image_latents: Tensor | None
    image_tokens: Tensor | None
    heatmap: Tensor
    region: Tensor


@dataclass(frozen=True, eq=False)
class Batcher:
    """Puts batches together for one pipeline and device."""

    dataset: Dataset
    scheduler: MotifDDIMScheduler
    conditioning_network: MotifUNet
    residual_scale: float
    fps: int
    device: torch.device

    def batch(self, draws: Sequence[Draw]) -> Batch:
        """Return the training clips of some draws."""
        chosen = [self.dataset.training[each.clip] for each in draws]
        texts = [
            self.dataset.empty_text if each.drops_text else clip.text()
            for each, clip in zip(draws, chosen, strict=True)
        ]
        timesteps = [each.timestep for each in draws]
        return self.noised(chosen, texts, timesteps, [each.noise_seed for each in draws])

    def noised(
        self,
        clips: Sequence[CachedClip],
        texts: Sequence[Tensor],
        timesteps: Sequence[int],
        noise_seeds: Sequence[int],
    ) -> Batch:
        """Return any clips with given texts, timesteps and noise."""
        clean = self._stack([clip.latents() for clip in clips])
        images = clean[:, :, 0]
        if self.residual_scale > 0:
            clean = (clean - images.unsqueeze(2)) * self.residual_scale
        drawn = self._stack([noise(seed, clean.shape[1:]) for seed in noise_seeds])
        at = torch.tensor(list(timesteps), device=self.device)
        conditioning = self.conditioning_network.conditioning
        tokens = [clip.image_tokens() for clip in clips] if conditioning.attends else []
        return Batch(
            noisy=self.scheduler.add_noise(clean, drawn, at),
            target=prediction_target(
                self.scheduler.config["prediction_type"],
                self.scheduler.scaled_latents(clean, at),
                drawn,
                at,
                self.scheduler.alphas_cumprod,
            ),
            timesteps=at,
            text=self._stack(texts),
            fps=torch.full((len(clips),), self.fps, device=self.device),
            image_latents=images if conditioning.concatenates else None,
            image_tokens=self._stack([each for each in tokens if each is not None]) if tokens else None,
            heatmap=self._stack([clip.heatmap() for clip in clips]),
            region=self._stack([clip.region() for clip in clips]),
        )

    def _stack(self, tensors: Sequence[Tensor]) -> Tensor:
        return torch.stack(list(tensors)).to(self.device)


def predicted(network: torch.nn.Module, batch: Batch) -> Tensor:
    """Return what the network makes of a batch."""
    answer: Tensor = network(
        batch.noisy,
        batch.timesteps,
        batch.text,
        batch.fps,
        image_latents=batch.image_latents,
        image_tokens=batch.image_tokens,
    )
    return answer


def batcher_for(
    pipeline: MotifImageToVideoPipeline, dataset: Dataset, *, fps: int, device: torch.device
) -> Batcher:
    """Return what makes batches for a pipeline."""
    return Batcher(
        dataset, pipeline.scheduler, pipeline.unet, float(pipeline.config["residual_scale"]), fps, device
    )
