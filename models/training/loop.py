"""The training loop: draw, predict, compare, step; log, save, validate."""

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
from torch import Tensor

from models.losses import MotifLoss, motif_loss
from models.training.batches import Batch, Batcher, predicted
from models.training.checkpoints import TrainState
from models.training.config import OptimiserSettings, TrainingConfig
from models.training.enums import LearningRateSchedule, Precision
from models.training.errors import LossNotFinite
from models.training.run_log import Numbers
from models.training.sampling import Draw, Purpose, derived_seed, draw

# A clip counts as moving where at least this share of its places is above one half.
MOVING_SHARE = 0.01
_STOPPING = (signal.SIGTERM, signal.SIGINT)


class Ended(StrEnum):
    """Why the loop returned."""

    FINISHED = "finished"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Hooks:
    """What the loop calls, on the main process alone but for `save` and `validate`, which all call.

    Attributes:
        log: with the number of steps done and their numbers.
        save: after steps that end with a checkpoint.
        validate: after steps that end with Figure 6.
    """

    log: Callable[[int, Numbers], None]
    save: Callable[[], None]
    validate: Callable[[], None]


@dataclass(frozen=True, eq=False)
class ClipLosses:
    """Losses of single clips, each (clips,) float32, with `moves` saying which of them move."""

    total: Tensor
    diffusion: Tensor
    motion_focal: Tensor
    moves: Tensor


def train(
    config: TrainingConfig, accelerator: Accelerator, state: TrainState, batcher: Batcher, hooks: Hooks
) -> Ended:
    """Train from where the learner is to the configured number of steps, or to SIGTERM or Ctrl-C.

    Raises:
        LossNotFinite: the loss is NaN or infinite; the checkpoint before it stays.
        CannotWrite: the disk is full.
    """
    network, optimiser = accelerator.prepare(state.network, state.optimiser)
    network.train()
    with _told_to_stop() as stop:
        while state.steps_done < config.optimiser.steps:
            began = time.perf_counter()
            rate = learning_rate(config.optimiser, state.steps_done)
            for group in optimiser.param_groups:
                group["lr"] = rate
            losses, norm = _step(config, accelerator, network, optimiser, batcher, state.steps_done)
            state.average.update(accelerator.unwrap_model(network), state.steps_done)
            state.steps_done += 1
            if accelerator.is_main_process:
                numbers = _metrics(losses) | {"learning_rate": rate, "gradient_norm": norm}
                hooks.log(state.steps_done, numbers | {"seconds": time.perf_counter() - began})
            if _any_told_to_stop(accelerator, stop):
                hooks.save()
                return Ended.STOPPED
            _save_and_validate(config, state.steps_done, hooks)
    return Ended.FINISHED


def learning_rate(settings: OptimiserSettings, step: int) -> float:
    """Return the rate of a step, counted from 0: a linear warm-up, then constant or half a cosine to 0."""
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    if settings.schedule is LearningRateSchedule.CONSTANT:
        return settings.learning_rate
    share = (step - settings.warmup_steps) / max(1, settings.steps - settings.warmup_steps)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * share))


def _step(
    config: TrainingConfig,
    accelerator: Accelerator,
    network: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    batcher: Batcher,
    step: int,
) -> tuple[ClipLosses, float]:
    """Take one optimiser step; return the losses of the whole batch and the gradient's norm, unclipped."""
    pieces = _micro_batches(config, accelerator, step, len(batcher.dataset.training))
    # Dropout follows from the step too, so that a resumed run drops the same.
    torch.manual_seed(derived_seed(config.seed, Purpose.NETWORK_DROPOUT, step, accelerator.process_index))
    found = []
    for number, piece in enumerate(pieces, start=1):
        # Devices exchange gradients once a step, with the last piece.
        with nullcontext() if number == len(pieces) else accelerator.no_sync(network):
            batch = batcher.batch(piece)
            with _precision(config, accelerator.device):
                answer = predicted(network, batch)
            losses = motif_loss(answer, batch.target, batch.heatmap, config.loss.motion_focal_weight)
            _check_finite(losses, step, [batcher.dataset.training[each.clip].source.name for each in piece])
            accelerator.backward(losses.total.mean() / len(pieces))
            found.append(_of_clips(losses, batch))
    limit = config.optimiser.clip_norm or math.inf
    norm = float(accelerator.clip_grad_norm_(network.parameters(), limit))
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return _gathered(accelerator, found), norm


def _precision(config: TrainingConfig, device: torch.device) -> torch.autocast:
    # Not accelerate's own: that is settled once a process, and two runs may differ.
    return torch.autocast(device.type, torch.bfloat16, enabled=config.run.precision is Precision.BF16)


def _micro_batches(
    config: TrainingConfig, accelerator: Accelerator, step: int, clips: int
) -> list[list[Draw]]:
    """Return this device's share of the batch, cut into the pieces that are accumulated."""
    settings = config.optimiser
    mine = range(settings.batch_size)[accelerator.process_index :: accelerator.num_processes]
    draws = [
        draw(
            config.seed,
            step,
            place,
            batch=settings.batch_size,
            clips=clips,
            timesteps=config.noise.steps,
            text_dropout=settings.text_dropout,
        )
        for place in mine
    ]
    size = len(draws) // settings.accumulation
    return [draws[start : start + size] for start in range(0, len(draws), size)]


def _check_finite(losses: MotifLoss, step: int, names: Sequence[str]) -> None:
    broken = [
        name for name, loss in zip(names, losses.total.tolist(), strict=True) if not math.isfinite(loss)
    ]
    if broken:
        raise LossNotFinite(
            f"The loss of step {step + 1} is not finite, on {', '.join(broken)}. Lower "
            "optimiser.learning_rate or set optimiser.clip_norm; run.precision 'fp32' tells whether bf16 is "
            "the reason."
        )


def _of_clips(losses: MotifLoss, batch: Batch) -> ClipLosses:
    moves = (batch.region > 0.5).float().mean(dim=(1, 2, 3, 4)) >= MOVING_SHARE
    return ClipLosses(losses.total.detach(), losses.diffusion.detach(), losses.motion_focal.detach(), moves)


def _gathered(accelerator: Accelerator, found: Sequence[ClipLosses]) -> ClipLosses:
    columns = (
        torch.cat([getattr(each, name) for each in found])
        for name in ("total", "diffusion", "motion_focal", "moves")
    )
    return ClipLosses(*(accelerator.gather(column) for column in columns))


def _metrics(losses: ClipLosses) -> dict[str, float | int | None]:
    moving, still = losses.diffusion[losses.moves], losses.diffusion[~losses.moves]
    return {
        "loss": float(losses.total.mean()),
        "diffusion": float(losses.diffusion.mean()),
        "motion_focal": float(losses.motion_focal.mean()),
        "diffusion_moving": float(moving.mean()) if len(moving) else None,
        "diffusion_still": float(still.mean()) if len(still) else None,
    }


def _save_and_validate(config: TrainingConfig, done: int, hooks: Hooks) -> None:
    last = done == config.optimiser.steps
    if last or done % config.run.checkpoint_every == 0:
        hooks.save()
    if last or done % config.run.validate_every == 0:
        hooks.validate()


def _any_told_to_stop(accelerator: Accelerator, stop: threading.Event) -> bool:
    """Say whether some process was told to stop; all leave after one step, so none waits for another."""
    if accelerator.num_processes == 1:
        return stop.is_set()
    return bool(accelerator.gather(torch.tensor([stop.is_set()], device=accelerator.device)).any())


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """Turn SIGTERM and Ctrl-C into a wish that is granted between two steps; a second one ends at once."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.getsignal(number) for number in _STOPPING}

    def wish(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for stopping in _STOPPING:
        signal.signal(stopping, wish)
    try:
        yield stop
    finally:
        for stopping, handler in before.items():
            signal.signal(stopping, handler)
