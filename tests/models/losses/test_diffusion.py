"""The diffusion loss and its prediction targets, compared with hand-computed values."""

import pytest
import torch

from models.losses import PredictionType, diffusion_loss, prediction_target

SHAPE = (2, 4, 3, 2, 2)


def test_the_loss_is_the_mean_squared_error_of_each_clip() -> None:
    target = torch.zeros(SHAPE)
    predicted = torch.zeros(SHAPE)
    predicted[0] = 3.0
    predicted[1, 0, 0, 0, 0] = 4.0

    # By hand: 3^2 everywhere; 4^2 at one of 4 * 3 * 2 * 2 = 48 elements.
    torch.testing.assert_close(diffusion_loss(predicted, target), torch.tensor([9.0, 16 / 48]))


def test_the_loss_of_bfloat16_inputs_is_computed_in_float32() -> None:
    generator = torch.Generator().manual_seed(1)
    predicted = torch.randn((1, 4, 16, 40, 64), generator=generator).bfloat16()
    target = torch.randn((1, 4, 16, 40, 64), generator=generator).bfloat16()

    loss = diffusion_loss(predicted, target)

    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, diffusion_loss(predicted.float(), target.float()), rtol=0, atol=0)


def test_shapes_that_would_only_broadcast_are_refused() -> None:
    with pytest.raises(ValueError, match=r"not \(2, 4, 3, 2, 2\) and \(1, 4, 3, 2, 2\)"):
        diffusion_loss(torch.zeros(SHAPE), torch.zeros((1, *SHAPE[1:])))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        # a_t = 0.36: z_t = 0.6 * latents + 0.8 * noise with latents 2 and noise 5.
        (PredictionType.EPSILON, 5.0),
        (PredictionType.SAMPLE, 2.0),
        (PredictionType.V_PREDICTION, 0.6 * 5 - 0.8 * 2),
    ],
)
def test_the_target_of_each_prediction_type(kind: PredictionType, value: float) -> None:
    target = prediction_target(
        kind,
        latents=torch.full(SHAPE, 2.0),
        noise=torch.full(SHAPE, 5.0),
        timesteps=torch.tensor([1, 1]),
        alphas_cumprod=torch.tensor([0.9, 0.36]),
    )

    torch.testing.assert_close(target, torch.full(SHAPE, value))


def test_each_clip_has_its_own_timestep() -> None:
    target = prediction_target(
        "v_prediction",
        latents=torch.ones(SHAPE),
        noise=torch.zeros(SHAPE),
        timesteps=torch.tensor([0, 1]),
        alphas_cumprod=torch.tensor([1.0, 0.0]),
    )

    assert target[0].abs().max() == 0
    assert torch.equal(target[1], -torch.ones(SHAPE[1:]))


def test_latents_and_noise_can_be_recovered_from_the_velocity() -> None:
    generator = torch.Generator().manual_seed(2)
    latents, noise = torch.randn((2, *SHAPE), generator=generator, dtype=torch.float64)
    a_t = torch.tensor([0.3, 0.7], dtype=torch.float64)
    steps = torch.tensor([0, 1])

    v = prediction_target("v_prediction", latents, noise, steps, a_t)

    alpha, sigma = (a.sqrt().reshape(2, 1, 1, 1, 1) for a in (a_t, 1 - a_t))
    noisy = alpha * latents + sigma * noise
    torch.testing.assert_close(alpha * noisy - sigma * v, latents)
    torch.testing.assert_close(sigma * noisy + alpha * v, noise)


def test_a_small_noise_level_survives_bfloat16() -> None:
    latents, noise = torch.ones(SHAPE).bfloat16(), torch.zeros(SHAPE).bfloat16()

    v = prediction_target("v_prediction", latents, noise, torch.tensor([0, 0]), torch.tensor([0.9991]))

    # sqrt(1 - 0.9991) = 0.03; in bfloat16 0.9991 would be 1.
    assert v.dtype == torch.bfloat16
    assert v.float().unique().tolist() == pytest.approx([-0.03], rel=0.01)


def test_an_unknown_prediction_type_is_refused() -> None:
    with pytest.raises(ValueError, match="'flow' is not a valid PredictionType"):
        prediction_target("flow", torch.zeros(SHAPE), torch.zeros(SHAPE), torch.tensor([0, 0]), torch.ones(1))


def test_one_timestep_for_two_clips_is_refused() -> None:
    with pytest.raises(ValueError, match="timesteps one entry per clip"):
        prediction_target("epsilon", torch.zeros(SHAPE), torch.zeros(SHAPE), torch.tensor([0]), torch.ones(1))
