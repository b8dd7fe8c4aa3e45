"""Runs the training loop: builds batches, computes the loss, steps the optimiser, logs, saves, validates."""

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from types import FrameType

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]

from models.losses import MotifLoss, motif_loss
from models.training.batches import BatchBuilder, predict
from models.training.checkpoints import TrainState
from models.training.clip_losses import ClipLosses, gather_losses, loss_metrics, losses_per_clip
from models.training.config import TrainingConfig
from models.training.config_sections import OptimiserSettings
from models.training.enums import LearningRateSchedule, Precision
from models.training.errors import LossNotFinite
from models.training.run_log import Metrics
from models.training.sampling import BatchItem, RandomStream, derived_seed, sample_batch_item
from models.training.sharded_weights import is_sharded, whole_tensor

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopReason(StrEnum):
    """The reason why `train` returned."""

    FINISHED = "finished"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Hooks:
    """The functions that the training loop calls.

    `log` is called on the main process only; `save` and `validate` are called on every process.

    Attributes:
        log: function that is called after each step with the number of completed steps and the step's
            metrics.
        save: function that is called when a checkpoint must be written.
        validate: function that is called when the network must be validated.
    """

    log: Callable[[int, Metrics], None]
    save: Callable[[], None]
    validate: Callable[[], None]


def train(
    config: TrainingConfig,
    accelerator: Accelerator,
    state: TrainState,
    batch_builder: BatchBuilder,
    hooks: Hooks,
) -> StopReason:
    """Train from the current step to the configured number of steps, or until SIGTERM or Ctrl-C.

    Raises:
        LossNotFinite: the loss is NaN or infinite; the last checkpoint is unchanged.
        CannotWrite: the disk is full.
    """
    # The optimiser's state is already on the right device, and the state of a sharded optimiser cannot be
    # moved.
    optimiser = accelerator.prepare(state.optimiser, device_placement=[False])
    # Sharded weights synchronise their gradients without accelerate's help.
    network = state.network if is_sharded(state.network) else accelerator.prepare(state.network)
    network.train()
    with _stop_on_signal() as stop:
        while state.steps_done < config.optimiser.steps:
            started = time.perf_counter()
            rate = learning_rate(config.optimiser, state.steps_done)
            for group in optimiser.param_groups:
                group["lr"] = rate
            losses, norm = _step(config, accelerator, network, optimiser, batch_builder, state.steps_done)
            state.ema.update(state.network, state.steps_done)
            state.steps_done += 1
            if accelerator.is_main_process:
                metrics = loss_metrics(losses) | {"learning_rate": rate, "gradient_norm": norm}
                hooks.log(state.steps_done, metrics | {"seconds": time.perf_counter() - started})
            if _any_process_stops(accelerator, stop):
                hooks.save()
                return StopReason.STOPPED
            _save_and_validate(config, state.steps_done, hooks)
    return StopReason.FINISHED


def learning_rate(settings: OptimiserSettings, step: int) -> float:
    """Return the learning rate of a step: linear warm-up, then constant or cosine decay to 0.

    Steps count from 0.
    """
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    if settings.schedule is LearningRateSchedule.CONSTANT:
        return settings.learning_rate
    progress = (step - settings.warmup_steps) / max(1, settings.steps - settings.warmup_steps)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))


def _step(
    config: TrainingConfig,
    accelerator: Accelerator,
    network: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    batch_builder: BatchBuilder,
    step: int,
) -> tuple[ClipLosses, float]:
    """Take one optimiser step.

    Run one training step; return the losses of the whole batch and the gradient norm before clipping.
    """
    clips = batch_builder.dataset.training
    micro_batches = _micro_batches(config, accelerator, step, len(clips))
    # The network's dropout is also seeded by the step, so that a resumed run gives the same numbers.
    torch.manual_seed(
        derived_seed(config.seed, RandomStream.NETWORK_DROPOUT, step, accelerator.process_index)
    )
    clip_losses = []
    for number, items in enumerate(micro_batches, start=1):
        # Devices synchronise gradients once per step, in the backward pass of the last micro-batch.
        with nullcontext() if number == len(micro_batches) else accelerator.no_sync(network):
            batch = batch_builder.build(items)
            with autocast(config, accelerator.device):
                predicted = predict(network, batch)
            losses = motif_loss(predicted, batch.target, batch.heatmap, config.loss.motion_focal_weight)
            _check_finite(losses, step, [clips[item.clip].label.name for item in items])
            accelerator.backward(losses.total.mean() / len(micro_batches))
            clip_losses.append(losses_per_clip(losses, batch))
    limit = config.optimiser.clip_norm or math.inf
    norm = float(whole_tensor(accelerator.clip_grad_norm_(network.parameters(), limit)))
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return gather_losses(accelerator, clip_losses), norm


def autocast(config: TrainingConfig, device: torch.device) -> torch.autocast:
    """Return the context in which the network runs with the configured precision."""
    # accelerate's own autocast is configured once per process, but two runs in one process can have different
    # precisions.
    return torch.autocast(device.type, torch.bfloat16, enabled=config.run.precision is Precision.BF16)


def _micro_batches(
    config: TrainingConfig, accelerator: Accelerator, step: int, clips: int
) -> list[list[BatchItem]]:
    """Return this device's share of the batch, split into micro-batches for gradient accumulation."""
    settings = config.optimiser
    indices = range(settings.batch_size)[accelerator.process_index :: accelerator.num_processes]
    items = [
        sample_batch_item(
            config.seed,
            step,
            index,
            batch=settings.batch_size,
            clips=clips,
            timesteps=config.noise.steps,
            text_dropout=settings.text_dropout,
        )
        for index in indices
    ]
    size = len(items) // settings.accumulation
    return [items[start : start + size] for start in range(0, len(items), size)]


def _check_finite(losses: MotifLoss, step: int, names: Sequence[str]) -> None:
    broken = [
        name for name, loss in zip(names, losses.total.tolist(), strict=True) if not math.isfinite(loss)
    ]
    if broken:
        raise LossNotFinite(
            f"The loss of step {step + 1} is not finite for the clips {', '.join(broken)}. Lower "
            "optimiser.learning_rate or set optimiser.clip_norm. To find out whether bf16 is the cause, set "
            "run.precision to 'fp32'."
        )


def _save_and_validate(config: TrainingConfig, done: int, hooks: Hooks) -> None:
    last = done == config.optimiser.steps
    if last or done % config.run.checkpoint_every == 0:
        hooks.save()
    if last or done % config.run.validate_every == 0:
        hooks.validate()


def _any_process_stops(accelerator: Accelerator, stop: threading.Event) -> bool:
    """Return whether any process received a stop signal.

    All processes call this function, because all processes must stop after the same step.
    """
    if accelerator.num_processes == 1:
        return stop.is_set()
    return bool(accelerator.gather(torch.tensor([stop.is_set()], device=accelerator.device)).any())


@contextmanager
def _stop_on_signal() -> Iterator[threading.Event]:
    """Yield an event that the first SIGTERM or Ctrl-C sets; a second signal ends the process as usual."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    previous = {number: signal.getsignal(number) for number in _STOP_SIGNALS}

    def set_event(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, previous[signal.Signals(number)])

    for number in _STOP_SIGNALS:
        signal.signal(number, set_event)
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
