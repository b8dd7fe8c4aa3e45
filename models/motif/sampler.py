"""Runs any diffusers scheduler, even if training multiplied the latents by VideoCrafter2's scale.

`MotifDDIMScheduler` implements VideoCrafter2's scale s(t) itself. For the other schedulers, this module uses
the fact that the scale s(t) is equivalent to a different noise schedule. With the latents z and the noise
schedule a_t,

    z_t = sqrt(a_t) s(t) z + sqrt(1 - a_t) eps = c_t y_t,    c_t^2 = a_t s(t)^2 + 1 - a_t,
    y_t = sqrt(b_t) z + sqrt(1 - b_t) eps,                   b_t = a_t s(t)^2 / c_t^2.

The scheduler solves for y_t with the noise schedule b_t, and the network gets z_t. A network that predicts
noise predicts the same noise for y_t; predictions of v or of clean latents are converted.
"""

import inspect
import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.motif.pipeline_inputs import Generators
from models.motif.scheduler import MotifDDIMScheduler, latent_scales

# With zero terminal SNR the last b_t is 0, and the schedulers of diffusers divide by b_t. diffusers' Euler
# scheduler sets the same minimum.
_MIN_SIGNAL = 2.0**-24


class Scheduler(Protocol):
    """The common interface of diffusers' schedulers with discrete timesteps."""

    config: Any
    timesteps: Tensor
    init_noise_sigma: float | Tensor

    def set_timesteps(self, num_inference_steps: int, device: torch.device) -> None: ...

    def scale_model_input(self, sample: Tensor, timestep: Tensor) -> Tensor: ...

    def step(self, model_output: Tensor, timestep: Any, sample: Tensor, **options: Any) -> Any: ...


class Sampler:
    """A scheduler for one call of the pipeline.

    Attributes:
        timesteps: the timesteps of the sampling steps, from pure noise to the clip.

    Raises:
        ValueError: the scheduler does not support the network's noise schedule, or `eta` is not 0 and the
            scheduler has no `eta`.
    """

    timesteps: Tensor

    def __init__(
        self,
        scheduler: Scheduler,
        *,
        steps: int,
        eta: float,
        generator: Generators | None,
        device: torch.device,
    ) -> None:
        self._scale = _LatentScale.of(scheduler)
        self._scheduler = scheduler if self._scale is None else self._scale.rescheduled(scheduler)
        self._options = _step_options(self._scheduler, eta=eta, generator=generator)
        self._scheduler.set_timesteps(steps, device=device)
        self.timesteps = self._scheduler.timesteps

    def start(self, noise: Tensor) -> Tensor:
        """Convert standard normal noise of any shape to the scheduler's latents at the first timestep."""
        if self._scale is not None:
            noise = noise / self._scale.at(self.timesteps[0]).c
        start: Tensor = noise * self._scheduler.init_noise_sigma
        return start

    def network_input(self, latents: Tensor, timestep: Tensor) -> Tensor:
        """Return the noisy latents z_t for the network."""
        scaled: Tensor = self._scheduler.scale_model_input(latents, timestep)
        return scaled if self._scale is None else scaled * self._scale.at(timestep).c

    def step(self, predicted: Tensor, timestep: Tensor, latents: Tensor) -> Tensor:
        """Return the latents at the next timestep, float32.

        Args:
            predicted: the network's prediction for `network_input(latents, timestep)`.
            timestep: the current timestep, an element of `timesteps`.
            latents: the scheduler's latents at this timestep.
        """
        if self._scale is not None:
            noisy = self.network_input(latents, timestep)
            kind = self._scheduler.config["prediction_type"]
            predicted = self._scale.at(timestep).unscaled_prediction(predicted, noisy, kind)
        stepped: Tensor = self._scheduler.step(
            predicted, timestep, latents, return_dict=False, **self._options
        )[0]
        return stepped


@dataclass(frozen=True)
class _Scale:
    """The noise schedule at one timestep: a = a_t, s = s(t), c = c_t."""

    a: float
    s: float

    @property
    def c(self) -> float:
        return math.sqrt(self.a * self.s**2 + 1 - self.a)

    def unscaled_prediction(self, predicted: Tensor, noisy: Tensor, kind: str) -> Tensor:
        """Convert a prediction that refers to z_t and s(t) z into a prediction that refers to y_t and z."""
        signal, noise = math.sqrt(self.a), math.sqrt(1 - self.a)
        if kind == "epsilon":
            return predicted
        if kind == "sample":
            return predicted / self.s
        clean = (signal * noisy - noise * predicted) / self.s
        eps = signal * predicted + noise * noisy
        return (signal * self.s * eps - noise * clean) / self.c


@dataclass(frozen=True, eq=False)
class _LatentScale:
    """VideoCrafter2's scale of the latents.

    Attributes:
        alphas: (timesteps,) float64, a_t in [0, 1).
        scales: (timesteps,) float64, s(t) in (0, 1].
    """

    alphas: NDArray[np.float64]
    scales: NDArray[np.float64]

    @classmethod
    def of(cls, scheduler: Scheduler) -> "_LatentScale | None":
        """Return the scale of the latents.

        Return None if the scheduler itself applies the scale or has no scale.
        """
        alphas = getattr(scheduler, "alphas_cumprod", None)
        if alphas is None:
            raise ValueError(
                f"the scheduler {type(scheduler).__name__} has no alphas_cumprod; expected a scheduler for a "
                "discrete diffusion schedule, such as DDIM, Euler, UniPC or DPM++"
            )
        scale_b, scale_steps = (scheduler.config.get(name) for name in ("scale_b", "scale_steps"))
        if isinstance(scheduler, MotifDDIMScheduler) or scale_b in (None, 1.0):
            return None
        scales = latent_scales(scale_b, scale_steps, len(alphas))
        return cls(alphas.double().cpu().numpy(), scales.double().numpy())

    def at(self, timestep: Tensor) -> _Scale:
        """Return the schedule at a timestep. Some schedulers have timesteps that are not integers."""
        numbers = np.arange(len(self.alphas))
        return _Scale(
            *(float(np.interp(float(timestep), numbers, each)) for each in (self.alphas, self.scales))
        )

    def rescheduled(self, scheduler: Scheduler) -> Scheduler:
        """Return a copy of a scheduler that has the noise schedule b_t."""
        signal = self.alphas * self.scales**2
        alphas = np.maximum(signal / (signal + 1 - self.alphas), _MIN_SIGNAL)
        betas = 1 - alphas / np.concatenate([[1.0], alphas[:-1]])
        changes: dict[str, object] = {"trained_betas": betas.tolist(), "rescale_betas_zero_snr": False}
        known = inspect.signature(type(scheduler).__init__).parameters
        if "trained_betas" not in known:
            raise ValueError(
                f"the scheduler {type(scheduler).__name__} has no trained_betas and cannot sample scaled "
                f"latents; use MotifDDIMScheduler"
            )
        changes = {name: value for name, value in changes.items() if name in known}
        copy: Scheduler = type(scheduler).from_config(scheduler.config, **changes)  # type: ignore[attr-defined]
        return copy


def _step_options(scheduler: Scheduler, *, eta: float, generator: Generators | None) -> dict[str, object]:
    """Return the optional arguments `eta` and `generator`, if the scheduler's `step` accepts them."""
    known = inspect.signature(scheduler.step).parameters
    if eta and "eta" not in known:
        raise ValueError(f"eta is {eta}, but the scheduler {type(scheduler).__name__} has no eta; expected 0")
    options: dict[str, object] = {"eta": eta, "generator": generator}
    return {name: value for name, value in options.items() if name in known}
