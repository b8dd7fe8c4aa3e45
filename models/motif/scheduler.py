"""Implements the DDIM scheduler with VideoCrafter2's timestep-dependent scale of the latents.

VideoCrafter2 multiplies the latents by s(t) before it adds noise. s decreases linearly from 1 at t = 0 to
`scale_b` at t = `scale_steps` - 1 and is constant after that. In the paper's notation, with z'_t = s(t) z:

    z_t     = sqrt(a_t) z'_t + sqrt(1 - a_t) eps
    z_{t-1} = sqrt(a_{t-1}) (s(t-1) / s(t)) z'_t + sqrt(1 - a_{t-1} - sigma^2) eps + sigma noise

The network's inputs and predictions refer to the scaled latents z'. A step therefore differs from DDIM only
by the change of scale between two timesteps. The scale is taken from the published VideoCrafter2 settings (1
to 0.7 over 400 steps).
"""

from typing import Literal, cast, get_args

import torch
from diffusers.configuration_utils import register_to_config
from diffusers.schedulers.scheduling_ddim import DDIMScheduler, DDIMSchedulerOutput
from diffusers.schedulers.scheduling_utils import SchedulerMixin
from torch import Tensor

__all__ = [
    "MotifDDIMScheduler",
    "SchedulerMixin",
]  # diffusers looks up SchedulerMixin in the module of the class

PredictionType = Literal["epsilon", "v_prediction", "sample"]
TimestepSpacing = Literal["leading", "trailing", "linspace"]


class MotifDDIMScheduler(DDIMScheduler):
    """DDIM with latent diffusion's "linear" beta schedule and an optional scale of the latents.

    All other arguments are arguments of diffusers' `DDIMScheduler`.

    Args:
        prediction_type: the quantity that the network predicts; the paper does not state this quantity.
            MotiF is reported to use `v_prediction`; VideoCrafter2's weights predict `epsilon`.
        timestep_spacing: with `rescale_betas_zero_snr`, use `trailing`, because `leading` does not sample the
            last timestep.
        steps_offset: 1 gives VideoCrafter2's timesteps: 1, 21, ... 981 for 50 steps.
        set_alpha_to_one: if False, the last step ends at the schedule's first alpha, as in VideoCrafter2.
        rescale_betas_zero_snr: whether to rescale the betas so that the last timestep has zero
            signal-to-noise ratio. The paper does not state whether its betas are rescaled.
        scale_b: scale of the latents from timestep `scale_steps` on; 1 for plain DDIM, 0.7 in VideoCrafter2.
        scale_steps: number of timesteps over which the scale decreases from 1 to `scale_b`.

    Raises:
        ValueError: the prediction type is unknown, the prediction type is `epsilon` although the terminal SNR
            is zero, or the scale is not above 0.
    """

    @register_to_config  # type: ignore[untyped-decorator]  # diffusers'
    def __init__(
        self,
        num_train_timesteps: int = 1000,
        beta_start: float = 0.00085,
        beta_end: float = 0.012,
        beta_schedule: str = "scaled_linear",
        prediction_type: PredictionType = "v_prediction",
        timestep_spacing: TimestepSpacing = "leading",
        steps_offset: int = 1,
        set_alpha_to_one: bool = False,
        clip_sample: bool = False,
        rescale_betas_zero_snr: bool = False,
        scale_b: float = 1.0,
        scale_steps: int = 400,
    ) -> None:
        _check_prediction(prediction_type, zero_snr=rescale_betas_zero_snr)
        self.scales_latents = scale_b != 1.0
        self.scales = latent_scales(scale_b, scale_steps, num_train_timesteps)
        super().__init__(
            num_train_timesteps=num_train_timesteps,
            beta_start=beta_start,
            beta_end=beta_end,
            beta_schedule=beta_schedule,
            prediction_type=prediction_type,
            timestep_spacing=timestep_spacing,
            steps_offset=steps_offset,
            set_alpha_to_one=set_alpha_to_one,
            clip_sample=clip_sample,
            rescale_betas_zero_snr=rescale_betas_zero_snr,
        )

    def scaled_latents(self, latents: Tensor, timesteps: Tensor) -> Tensor:
        """Return s(t) z, the scaled clean latents to which the scheduler adds noise at these timesteps.

        Args:
            latents: (batch, channels, frames, height, width), clean latents z.
            timesteps: (batch,) integers, the timestep of each clip.

        Returns:
            s(t) z, with the shape and dtype of `latents`.
        """
        if not self.scales_latents:
            return latents
        scales = self.scales.to(latents.device, latents.dtype)[timesteps.to(latents.device)]
        return latents * scales.view(-1, *[1] * (latents.ndim - 1))

    def add_noise(self, original_samples: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """Return z_t, the noisy latents.

        The caller passes unscaled clean latents, because the method multiplies by s(t).
        """
        return super().add_noise(
            self.scaled_latents(original_samples, timesteps), noise, _integers(timesteps)
        )

    def get_velocity(self, sample: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """Return v = sqrt(a_t) eps - sqrt(1 - a_t) s(t) z for clean latents z."""
        return super().get_velocity(self.scaled_latents(sample, timesteps), noise, _integers(timesteps))

    def step(
        self,
        model_output: Tensor,
        timestep: int,
        sample: Tensor,
        eta: float = 0.0,
        use_clipped_model_output: bool = False,
        generator: torch.Generator | None = None,
        variance_noise: Tensor | None = None,
        return_dict: bool = True,
    ) -> DDIMSchedulerOutput | tuple[Tensor, Tensor]:
        """Return z_{t-1} and the estimated clean, unscaled latents, given the prediction at t."""
        unscaled = super().step(
            model_output, timestep, sample, eta, use_clipped_model_output, generator, variance_noise
        )
        assert isinstance(unscaled, DDIMSchedulerOutput)
        assert unscaled.pred_original_sample is not None
        previous, clean = unscaled.prev_sample, unscaled.pred_original_sample
        if self.scales_latents:
            previous, clean = self._rescale(previous, clean, int(timestep))
        return DDIMSchedulerOutput(previous, clean) if return_dict else (previous, clean)

    def _rescale(self, previous: Tensor, clean: Tensor, timestep: int) -> tuple[Tensor, Tensor]:
        """Rescale the result of a DDIM step: from the scale at t to the scale at the previous timestep."""
        assert self.num_inference_steps is not None
        before = timestep - len(self.alphas_cumprod) // self.num_inference_steps
        alpha_before = self.alphas_cumprod[before] if before >= 0 else self.final_alpha_cumprod
        scale, scale_before = float(self.scales[timestep]), float(self.scales[max(before, 0)])
        previous = previous + float(alpha_before) ** 0.5 * (scale_before / scale - 1) * clean
        return previous, clean / scale


def _check_prediction(prediction_type: str, *, zero_snr: bool) -> None:
    if prediction_type not in get_args(PredictionType):
        allowed = ", ".join(get_args(PredictionType))
        raise ValueError(f"unknown prediction_type {prediction_type!r}; expected one of {allowed}")
    if zero_snr and prediction_type == "epsilon":
        raise ValueError(
            "with rescale_betas_zero_snr the last timestep has no signal, so the prediction_type 'epsilon' "
            "carries no information about the clip there; use prediction_type 'v_prediction' or 'sample'"
        )


def latent_scales(scale_b: float, scale_steps: int, timesteps: int) -> Tensor:
    """Return s(t), the factor by which VideoCrafter2 multiplies the latents at each timestep.

    The module's docstring defines s(t). The shape is (timesteps,), the type float32, the range (0, 1].
    """
    if scale_b == 1.0:
        return torch.ones(timesteps)
    if scale_b <= 0 or not 1 < scale_steps <= timesteps:
        raise ValueError(
            f"scale_b is {scale_b} and scale_steps is {scale_steps}; expected scale_b above 0 and "
            f"scale_steps from 2 to {timesteps}"
        )
    falling = torch.linspace(1.0, scale_b, scale_steps, dtype=torch.float64)
    flat = torch.full((timesteps - scale_steps,), scale_b, dtype=torch.float64)
    return torch.cat([falling, flat]).float()


def _integers(timesteps: Tensor) -> torch.IntTensor:
    """Cast timesteps of any integer dtype to the type in diffusers' type hints."""
    return cast(torch.IntTensor, timesteps)
