"""Schedulers of diffusers in the pipeline, with and without VideoCrafter2's scale of the latents."""

import numpy as np
import pytest
import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from diffusers.schedulers.scheduling_euler_ancestral_discrete import EulerAncestralDiscreteScheduler
from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from diffusers.schedulers.scheduling_heun_discrete import HeunDiscreteScheduler
from diffusers.schedulers.scheduling_unipc_multistep import UniPCMultistepScheduler
from torch import Tensor

from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.sampler import Sampler
from models.motif.scheduler import MotifDDIMScheduler
from tests.models.motif.tiny import latents_of, toy_pipeline

# NumPy 2 warns about how the schedulers of diffusers convert tensors.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

CLEAN = torch.tensor([[1.5, -0.5, 0.25]])
SOLVERS = [UniPCMultistepScheduler, DPMSolverMultistepScheduler, HeunDiscreteScheduler]


@pytest.fixture(scope="module")
def pipeline() -> MotifImageToVideoPipeline:
    return toy_pipeline()


def our_scheduler(scale_b: float = 0.7, prediction_type: str = "v_prediction") -> MotifDDIMScheduler:
    """Return our scheduler. Like Euler and the solvers, our scheduler ends at the clean latents."""
    scheduler: MotifDDIMScheduler = MotifDDIMScheduler(
        scale_b=scale_b, prediction_type=prediction_type, set_alpha_to_one=True
    )
    return scheduler


def sampled(pipeline: MotifImageToVideoPipeline, scheduler: object, **arguments: object) -> Tensor:
    pipeline.scheduler = scheduler
    return latents_of(pipeline, **({"num_inference_steps": 4} | arguments))


# Without noise, Euler's method in the noise-to-signal ratio is DDIM.
@pytest.mark.parametrize("kind", [DDIMScheduler, EulerDiscreteScheduler])
@pytest.mark.parametrize("prediction_type", ["v_prediction", "epsilon"])
@pytest.mark.parametrize("scale_b", [1.0, 0.7])
def test_ddim_and_euler_of_diffusers_give_the_latents_of_our_scheduler(
    pipeline: MotifImageToVideoPipeline, kind: type, prediction_type: str, scale_b: float
) -> None:
    ours = our_scheduler(scale_b, prediction_type)
    expected = sampled(pipeline, ours)

    output = sampled(pipeline, kind.from_config(ours.config))

    # Measured: at most 2e-5, for latents of up to 25.
    assert (output - expected).abs().max() < 1e-4


def exact_prediction(noisy: Tensor, timestep: Tensor, scheduler: MotifDDIMScheduler) -> Tensor:
    """Return the v of a perfect network, which knows the clean latents and computes the noise from z_t."""
    alpha, scale = (
        float(np.interp(float(timestep), np.arange(1000), each))
        for each in (scheduler.alphas_cumprod.double(), scheduler.scales.double())
    )
    eps = (noisy - alpha**0.5 * scale * CLEAN) / (1 - alpha) ** 0.5
    return alpha**0.5 * eps - (1 - alpha) ** 0.5 * scale * CLEAN


def sampler_of(scheduler: object) -> Sampler:
    generator = torch.Generator().manual_seed(0)
    return Sampler(scheduler, steps=8, eta=0, generator=generator, device=torch.device("cpu"))


def end_of(sampler: Sampler) -> Tensor:
    """Return the latents after the last step with the perfect network."""
    latents = sampler.start(torch.randn(1, 3, generator=torch.Generator().manual_seed(1)))
    for timestep in sampler.timesteps:
        noisy = sampler.network_input(latents, timestep)
        predicted = exact_prediction(noisy, timestep, our_scheduler())
        latents = sampler.step(predicted, timestep, latents)
    return latents


@pytest.mark.parametrize("kind", [*SOLVERS, EulerAncestralDiscreteScheduler])
def test_with_an_exact_network_every_scheduler_ends_at_the_clean_latents(kind: type) -> None:
    sampler = sampler_of(kind.from_config(our_scheduler().config))

    assert torch.allclose(end_of(sampler), CLEAN, atol=1e-3)


def test_timesteps_may_lie_between_integers() -> None:
    sampler = sampler_of(EulerDiscreteScheduler.from_config(our_scheduler().config, use_karras_sigmas=True))

    assert not torch.allclose(sampler.timesteps, sampler.timesteps.round())
    assert torch.allclose(end_of(sampler), CLEAN, atol=1e-3)


@pytest.mark.parametrize("kind", [UniPCMultistepScheduler, DPMSolverMultistepScheduler])
def test_higher_order_solvers_approach_ddim_with_many_steps(
    pipeline: MotifImageToVideoPipeline, kind: type
) -> None:
    ours = our_scheduler()
    expected = sampled(pipeline, ours, num_inference_steps=20)

    output = sampled(pipeline, kind.from_config(ours.config), num_inference_steps=20)

    # Measured: 0.21. A solver that ignores the scale differs by 1.1.
    assert (output - expected).abs().max() < 0.3


def test_zero_terminal_snr_works_with_scaled_latents(pipeline: MotifImageToVideoPipeline) -> None:
    ours = MotifDDIMScheduler(
        scale_b=0.7, rescale_betas_zero_snr=True, timestep_spacing="trailing", set_alpha_to_one=True
    )
    expected = sampled(pipeline, ours)

    output = sampled(pipeline, DDIMScheduler.from_config(ours.config))

    assert (output - expected).abs().max() < 1e-3


def test_the_pipeline_does_not_change_the_scheduler(pipeline: MotifImageToVideoPipeline) -> None:
    scheduler = EulerDiscreteScheduler.from_config(our_scheduler().config)
    before = scheduler.alphas_cumprod.clone()

    sampled(pipeline, scheduler)

    assert pipeline.scheduler is scheduler
    assert torch.equal(scheduler.alphas_cumprod, before)


def test_a_scheduler_of_another_process_is_refused(pipeline: MotifImageToVideoPipeline) -> None:
    with pytest.raises(ValueError, match="FlowMatchEulerDiscreteScheduler has no alphas_cumprod; expected"):
        sampled(pipeline, FlowMatchEulerDiscreteScheduler())


def test_eta_needs_a_scheduler_with_eta(pipeline: MotifImageToVideoPipeline) -> None:
    with pytest.raises(ValueError, match=r"eta is 0\.5, but the scheduler EulerDiscreteScheduler has no eta"):
        sampled(pipeline, EulerDiscreteScheduler.from_config(our_scheduler().config), eta=0.5)
