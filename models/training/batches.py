"""Builds training batches: noisy latents, conditioning inputs and prediction targets."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.losses import prediction_target
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.scheduler import MotifDDIMScheduler
from models.motif.unet import MotifUNet
from models.training.encoded_clips import ClipTensors, Dataset
from models.training.sampling import BatchItem, gaussian_noise


@dataclass(frozen=True, eq=False)
class Batch:
    """Network inputs, targets and heatmaps of a batch, all on the training device.

    Attributes:
        noisy: z_t, (batch, channels, frames, height, width) float32.
        target: the prediction target, with the shape of `noisy`.
        timesteps: (batch,) int64, the timestep of each clip.
        text: (batch, tokens, channels) float32, the text embeddings.
        fps: (batch,) float32, the frame rate of each clip.
        image_latents: (batch, channels, height, width) float32, or None for `cx-attn`.
        image_tokens: (batch, tokens, channels) float32, or None for `x-cat`.
        heatmap: the heatmap m' of the loss, (batch, 1, frames, height, width) float32 in [0, 1].
        region: the heatmap m from optical flow, with the shape of `heatmap`, for the statistics of moving
            regions.
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
class BatchBuilder:
    """Builds batches for one pipeline and device.

    Attributes:
        dataset: the cached clips.
        scheduler: the scheduler that adds the noise.
        conditioning_network: the network for which batches are built; it determines which image inputs a
            batch contains.
        residual_scale: if above 0, train on (clip - first frame) * residual_scale.
        device: device of all tensors.
    """

    dataset: Dataset
    scheduler: MotifDDIMScheduler
    conditioning_network: MotifUNet
    residual_scale: float
    device: torch.device

    def build(self, items: Sequence[BatchItem]) -> Batch:
        """Return the batch for sampled training items."""
        clips = [self.dataset.training[item.clip].tensors() for item in items]
        texts = [
            self.dataset.empty_text if item.drops_text else clip.text
            for item, clip in zip(items, clips, strict=True)
        ]
        timesteps = [item.timestep for item in items]
        return self.add_noise(clips, texts, timesteps, [item.noise_seed for item in items])

    def add_noise(
        self,
        clips: Sequence[ClipTensors],
        texts: Sequence[Tensor],
        timesteps: Sequence[int],
        noise_seeds: Sequence[int],
    ) -> Batch:
        """Return a batch of noisy clips.

        The arguments texts, timesteps and noise seeds have one entry per clip.
        """
        clean = self._stack([clip.latents for clip in clips])
        images = clean[:, :, 0]
        if self.residual_scale > 0:
            clean = (clean - images.unsqueeze(2)) * self.residual_scale
        noise = self._stack([gaussian_noise(seed, clean.shape[1:]) for seed in noise_seeds])
        timestep = torch.tensor(list(timesteps), device=self.device)
        conditioning = self.conditioning_network.conditioning
        tokens = [clip.image_tokens for clip in clips] if conditioning.attends else []
        return Batch(
            noisy=self.scheduler.add_noise(clean, noise, timestep),
            target=prediction_target(
                self.scheduler.config["prediction_type"],
                self.scheduler.scaled_latents(clean, timestep),
                noise,
                timestep,
                self.scheduler.alphas_cumprod,
            ),
            timesteps=timestep,
            text=self._stack(texts),
            fps=torch.tensor([clip.fps for clip in clips], dtype=torch.float32, device=self.device),
            image_latents=images if conditioning.concatenates else None,
            image_tokens=self._stack([each for each in tokens if each is not None]) if tokens else None,
            heatmap=self._stack([clip.heatmap for clip in clips]),
            region=self._stack([clip.region for clip in clips]),
        )

    def _stack(self, tensors: Sequence[Tensor]) -> Tensor:
        return torch.stack(list(tensors)).to(self.device)


def predict(network: torch.nn.Module, batch: Batch) -> Tensor:
    """Run the network on a batch and return its prediction, shaped like `batch.target`."""
    predicted: Tensor = network(
        batch.noisy,
        batch.timesteps,
        batch.text,
        batch.fps,
        image_latents=batch.image_latents,
        image_tokens=batch.image_tokens,
    )
    return predicted


def create_batch_builder(
    pipeline: MotifImageToVideoPipeline, dataset: Dataset, *, device: torch.device
) -> BatchBuilder:
    """Return a batch builder with the scheduler and network of a pipeline."""
    residual_scale = float(pipeline.config["residual_scale"])
    return BatchBuilder(dataset, pipeline.scheduler, pipeline.unet, residual_scale, device)
