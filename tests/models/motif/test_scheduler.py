"""DDIM with VideoCrafter2's scale of the latents, compared with hand-computed values."""

from math import sqrt
from pathlib import Path

import pytest
import torch
from diffusers import DDIMScheduler
from torch import Tensor

from models.motif.scheduler import MotifDDIMScheduler, PredictionType

PREDICTIONS: list[PredictionType] = ["epsilon", "v_prediction", "sample"]


def clip(value: float) -> Tensor:
    return torch.full((1, 1, 2, 1, 1), value)


def alpha(t: int) -> float:
    """Return the product of 1 - beta up to t; the square roots of beta are linear from 0.00085 to 0.012."""
    product = 1.0
    for number in range(t + 1):
        root = sqrt(0.00085) + number / 999 * (sqrt(0.012) - sqrt(0.00085))
        product *= 1 - root**2
    return product


def test_the_schedule_is_latent_diffusion_s_linear_schedule() -> None:
    scheduler = MotifDDIMScheduler()

    assert float(scheduler.alphas_cumprod[0]) == pytest.approx(1 - 0.00085)
    assert float(scheduler.alphas_cumprod[500]) == pytest.approx(alpha(500), rel=1e-4)
    assert float(scheduler.alphas_cumprod[999]) == pytest.approx(0.00466, abs=1e-5)


def test_fifty_steps_use_videocrafter2_s_timesteps() -> None:
    scheduler = MotifDDIMScheduler()
    scheduler.set_timesteps(50)

    assert scheduler.timesteps.tolist() == list(range(981, 0, -20))


@pytest.mark.parametrize(("t", "scale"), [(0, 1.0), (133, 0.9), (399, 0.7), (400, 0.7), (999, 0.7)])
def test_the_scale_decreases_linearly_over_400_timesteps(t: int, scale: float) -> None:
    # 1 - 0.3 * t / 399 up to t = 399.
    scheduler = MotifDDIMScheduler(scale_b=0.7)

    assert float(scheduler.scaled_latents(clip(1.0), torch.tensor([t]))[0, 0, 0]) == pytest.approx(scale)


def test_noise_is_added_to_scaled_latents() -> None:
    scheduler = MotifDDIMScheduler(scale_b=0.7)

    noisy = scheduler.add_noise(clip(2.0), clip(1.0), torch.tensor([500]))

    by_hand = sqrt(alpha(500)) * 0.7 * 2.0 + sqrt(1 - alpha(500))
    assert noisy.flatten().tolist() == pytest.approx([by_hand] * 2, rel=1e-4)


def test_each_clip_of_a_batch_has_its_own_timestep() -> None:
    scheduler = MotifDDIMScheduler(scale_b=0.7)
    latents = torch.ones(2, 3, 2, 4, 4)

    scaled = scheduler.scaled_latents(latents, torch.tensor([0, 999]))

    assert scaled[0].unique().tolist() == [1.0]
    assert scaled[1].unique().tolist() == pytest.approx([0.7])


def test_a_step_matches_hand_computed_values() -> None:
    # From t = 501 to t = 1 in two steps of 500, z = 2 at both; the network predicts the noise, 1.
    scheduler = MotifDDIMScheduler(scale_b=0.7, prediction_type="epsilon")
    scheduler.set_timesteps(2)
    noisy = scheduler.add_noise(clip(2.0), clip(1.0), torch.tensor([501]))

    stepped = scheduler.step(clip(1.0), 501, noisy)

    by_hand = sqrt(alpha(1)) * (1 - 0.3 / 399) * 2.0 + sqrt(1 - alpha(1))
    assert stepped[0].flatten().tolist() == pytest.approx([by_hand] * 2, rel=1e-4)
    assert stepped[1].flatten().tolist() == pytest.approx([2.0] * 2, rel=1e-4)


@pytest.mark.parametrize("prediction_type", PREDICTIONS)
@pytest.mark.parametrize("scale_b", [1.0, 0.7])
def test_sampling_with_exact_predictions_recovers_the_clean_latents(
    prediction_type: PredictionType, scale_b: float
) -> None:
    scheduler = MotifDDIMScheduler(prediction_type=prediction_type, scale_b=scale_b, set_alpha_to_one=True)
    rng = torch.Generator().manual_seed(1)
    clean, noise = torch.randn(2, 2, 4, 3, 2, 2, generator=rng)
    scheduler.set_timesteps(10)
    first = scheduler.timesteps[:1].repeat(len(clean))
    latents = scheduler.add_noise(clean, noise, first)

    for t in scheduler.timesteps.tolist():
        times = torch.tensor([t] * len(clean))
        truth = {
            "epsilon": noise,
            "v_prediction": scheduler.get_velocity(clean, noise, times),
            "sample": scheduler.scaled_latents(clean, times),
        }
        latents = scheduler.step(truth[prediction_type], t, latents)[0]

    assert torch.allclose(latents, clean, atol=1e-4)


def test_without_a_scale_it_equals_diffusers_ddim_bit_for_bit() -> None:
    settings = {
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "clip_sample": False,
    }
    plain = DDIMScheduler(**settings, set_alpha_to_one=False, steps_offset=1, prediction_type="v_prediction")
    ours = MotifDDIMScheduler()
    rng = torch.Generator().manual_seed(2)
    predicted, latents, fresh = torch.randn(3, 2, 4, 3, 4, 4, generator=rng)

    stepped = []
    for scheduler in (plain, ours):
        scheduler.set_timesteps(50)
        stepped.append(scheduler.step(predicted, 501, latents, eta=1.0, variance_noise=fresh).prev_sample)

    assert torch.equal(*stepped)


def test_with_rescaled_betas_the_last_timestep_has_no_signal() -> None:
    scheduler = MotifDDIMScheduler(rescale_betas_zero_snr=True, timestep_spacing="trailing")
    scheduler.set_timesteps(50)

    noisy = scheduler.add_noise(clip(100.0), clip(1.0), torch.tensor([999]))

    assert scheduler.timesteps[0] == 999
    assert noisy.flatten().tolist() == pytest.approx([1.0, 1.0], abs=1e-3)


def test_epsilon_prediction_with_zero_terminal_snr_is_refused() -> None:
    with pytest.raises(ValueError, match="use prediction_type 'v_prediction' or 'sample'"):
        MotifDDIMScheduler(rescale_betas_zero_snr=True, prediction_type="epsilon")


def test_an_unknown_prediction_type_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown prediction_type 'noise'; expected one of epsilon, v_pred"):
        MotifDDIMScheduler(prediction_type="noise")


@pytest.mark.parametrize("change", [{"scale_b": 0.0}, {"scale_steps": 1}, {"scale_steps": 1001}])
def test_an_impossible_scale_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected scale_b above 0 and scale_steps from 2 to 1000"):
        MotifDDIMScheduler(**{"scale_b": 0.7, **change})


def test_a_schedule_without_a_scale_can_be_short() -> None:
    assert len(MotifDDIMScheduler(num_train_timesteps=10).alphas_cumprod) == 10


def test_saving_and_loading_keeps_the_settings(tmp_path: Path) -> None:
    MotifDDIMScheduler(scale_b=0.7, prediction_type="epsilon").save_pretrained(tmp_path)

    loaded = MotifDDIMScheduler.from_pretrained(tmp_path)

    assert (loaded.config.scale_b, loaded.config.prediction_type) == (0.7, "epsilon")
    assert torch.equal(loaded.scales, MotifDDIMScheduler(scale_b=0.7).scales)
