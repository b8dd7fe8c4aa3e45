"""Noise levels, noisy latents and targets of flow matching, compared with hand-computed values."""

import pytest
import torch

from models.losses import flow_matching_latents, flow_matching_target, shifted_sigmas


def test_a_shift_of_5_moves_a_half_to_five_sixths() -> None:
    # 5 * 0.5 / (1 + 4 * 0.5) = 2.5 / 3
    shifted = shifted_sigmas(torch.tensor([0.0, 0.5, 1.0]), 5.0)

    torch.testing.assert_close(shifted, torch.tensor([0.0, 5 / 6, 1.0]))
    torch.testing.assert_close(shifted_sigmas(torch.tensor([0.3]), 1.0), torch.tensor([0.3]))


def test_noisy_latents_lie_on_the_line_between_latents_and_noise() -> None:
    latents, noise = torch.full((2, 1, 1, 1, 1), 8.0), torch.full((2, 1, 1, 1, 1), -4.0)

    noisy = flow_matching_latents(latents, noise, torch.tensor([0.0, 0.25]))

    # 0.75 * 8 + 0.25 * (-4) = 5
    assert noisy.flatten().tolist() == [8.0, 5.0]
    assert flow_matching_target(latents, noise).flatten().tolist() == [-12.0, -12.0]


def test_the_target_leads_from_noisy_latents_to_the_clean_ones() -> None:
    torch.manual_seed(0)
    latents, noise = torch.randn(3, 2, 2, 2, 2), torch.randn(3, 2, 2, 2, 2)
    sigmas = torch.tensor([0.1, 0.5, 0.9])

    back = flow_matching_latents(latents, noise, sigmas) - sigmas.view(-1, 1, 1, 1, 1) * flow_matching_target(
        latents, noise
    )

    torch.testing.assert_close(back, latents)


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="sigmas one entry per clip"):
        flow_matching_latents(torch.zeros(2, 1, 1, 1, 1), torch.zeros(2, 1, 1, 1, 1), torch.zeros(3))
