"""Trains a LoRA of the transformer with the motion focal loss, and measures its loss on held-out clips.

Files in the folder of a run:

    config.toml                 all settings
    log.jsonl                   losses, one line per step
    lora/                       the LoRA, for `load_lora_weights` of WanImageToVideoPipeline
    figure6.csv, .json          losses in high-motion regions and overall, by noise level times 1000
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers.models.transformers.transformer_wan import WanTransformer3DModel
from torch import Tensor

from models.losses import shifted_sigmas
from models.losses.diffusion import squared_errors
from models.motif.torch_threads import cpu_threads
from models.motif_dit.batches import DitBatch, build_dit_batch, dit_loss, predict_velocity
from models.motif_dit.config import TIMESTEPS, DitConfig, MeasurementSettings
from models.motif_dit.encoded_clips import DitDataset, encode_clips
from models.motif_dit.networks import add_lora, create_dit_pipeline, save_lora
from models.training.atomic_io import atomic_write, atomic_write_text
from models.training.config_io import to_toml
from models.training.datasets import clip_sources
from models.training.errors import LossNotFinite
from models.training.figure6 import RegionLoss, region_loss
from models.training.figure6_files import write_region_losses
from models.training.sampling import RandomStream, derived_seed, sample_batch_item

# The noise of the measurement does not depend on the run's seed.
_MEASUREMENT_SEED = 0


@dataclass(frozen=True)
class DitResult:
    """The result of a run.

    Attributes:
        losses: total loss of each LoRA step.
        broken: the reasons why clips were skipped; each key is a clip's name.
        figure6: losses on held-out clips; no rows if no held-out clip moves.
    """

    losses: list[float]
    broken: dict[str, str]
    figure6: list[RegionLoss]


def run_dit_training(config: DitConfig, folder: Path) -> DitResult:
    """Train, measure and write the files of a run. An existing run in the folder is replaced.

    Raises:
        TrainingError: see models.training.errors.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with cpu_threads(0 if config.transformer.path else 1):
        pipeline = create_dit_pipeline(config)
        if device.type != "cpu":
            pipeline.to(device)
        dataset = encode_clips(pipeline, config, clip_sources(config.data))
        transformer = pipeline.transformer
        if not config.transformer.path:
            list(_train_base(transformer, config, dataset))
        weights = add_lora(transformer, config.lora)
        log = list(_train(transformer, weights, config, dataset, config.loss.motion_focal_weight))
        figure6 = measure(transformer, dataset, config.measurement)
    atomic_write_text(folder / "config.toml", to_toml(config))
    atomic_write_text(folder / "log.jsonl", "".join(f"{json.dumps(line)}\n" for line in log))
    with atomic_write(folder / "lora") as temporary:
        save_lora(pipeline, temporary)
    write_region_losses(folder / "figure6", figure6)
    return DitResult([line["loss"] for line in log], dataset.broken, figure6)


def _train_base(
    transformer: WanTransformer3DModel, config: DitConfig, dataset: DitDataset
) -> Iterator[dict[str, float]]:
    """Train all weights of a toy without heatmaps; see `TransformerSettings.base_steps`."""
    transformer.requires_grad_(True)
    steps = config.steps.model_copy(
        update={"steps": config.transformer.base_steps, "learning_rate": config.steps.base_learning_rate}
    )
    # The base steps use a different seed than the LoRA steps, so that the LoRA is trained with different
    # noise.
    base = config.model_copy(update={"steps": steps, "seed": config.seed + 1})
    yield from _train(transformer, list(transformer.parameters()), base, dataset, 0.0)


def _train(
    transformer: WanTransformer3DModel,
    weights: Sequence[torch.nn.Parameter],
    config: DitConfig,
    dataset: DitDataset,
    motion_focal_weight: float,
) -> Iterator[dict[str, float]]:
    """Train some weights of the transformer; yield the mean losses of each step."""
    settings = config.steps
    optimiser = torch.optim.AdamW(weights, lr=settings.learning_rate)
    transformer.train()
    for step in range(settings.steps):
        batch, names = _training_batch(config, dataset, step)
        losses = dit_loss(predict_velocity(transformer, batch), batch, motion_focal_weight)
        _check_finite(losses.total, step, names)
        torch.autograd.backward(losses.total.mean())
        torch.nn.utils.clip_grad_norm_(weights, settings.clip_norm)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        yield {
            "step": step + 1,
            "loss": float(losses.total.detach().mean()),
            "diffusion": float(losses.diffusion.detach().mean()),
            "motion_focal": float(losses.motion_focal.detach().mean()),
        }


def _training_batch(config: DitConfig, dataset: DitDataset, step: int) -> tuple[DitBatch, list[str]]:
    """Return the batch of a step and the names of its clips."""
    settings = config.steps
    items = [
        sample_batch_item(
            config.seed,
            step,
            index,
            batch=settings.batch_size,
            clips=len(dataset.training),
            timesteps=TIMESTEPS,
            text_dropout=settings.text_dropout,
        )
        for index in range(settings.batch_size)
    ]
    clips = [dataset.training[item.clip] for item in items]
    texts = [
        dataset.empty_text if item.drops_text else clip.text for item, clip in zip(items, clips, strict=True)
    ]
    uniform = torch.tensor([(item.timestep + 0.5) / TIMESTEPS for item in items])
    sigmas = shifted_sigmas(uniform, settings.shift)
    batch = build_dit_batch(clips, texts, sigmas, [item.noise_seed for item in items])
    return batch, [clip.label.name for clip in clips]


@torch.no_grad()
def measure(
    transformer: WanTransformer3DModel, dataset: DitDataset, settings: MeasurementSettings
) -> list[RegionLoss]:
    """Return the mean losses on held-out clips by noise level, in high-motion regions and overall."""
    clips = dataset.held_out[: settings.clips]
    regions = [clip.region[:, 1:] > settings.region_above for clip in clips]
    if not any(bool(region.any()) for region in regions):
        return []
    transformer.eval()
    rows = []
    for sigma in settings.sigmas:
        level = round(TIMESTEPS * sigma)
        errors = []
        for number, clip in enumerate(clips):
            seed = derived_seed(_MEASUREMENT_SEED, RandomStream.VALIDATION, number, level)
            batch = build_dit_batch([clip], [clip.text], torch.tensor([sigma]), [seed])
            predicted = predict_velocity(transformer, batch).cpu()
            errors.append(squared_errors(predicted[:, :, 1:], batch.target[:, :, 1:]))
        rows.append(region_loss(level, torch.cat(errors), torch.stack(regions)))
    return rows


def _check_finite(losses: Tensor, step: int, names: Sequence[str]) -> None:
    if not bool(losses.isfinite().all()):
        raise LossNotFinite(
            f"The loss of step {step + 1} is not finite for the clips {', '.join(names)}. Lower "
            "steps.learning_rate."
        )
