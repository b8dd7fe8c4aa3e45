"""The motion focal loss and its gradient, compared with hand-computed values."""

import pytest
import torch
from torch import Tensor

from models.losses import diffusion_loss, motif_loss, motion_focal_loss

SHAPE = (2, 4, 3, 2, 2)
MAPS = (2, 1, 3, 2, 2)
ELEMENTS = 4 * 3 * 2 * 2


def drawn(*shape: int, seed: int = 3) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def gradient_of(predicted: Tensor, target: Tensor, heatmap: Tensor, weight: float) -> Tensor:
    """Return the gradient of the weighted motion focal loss."""
    leaf = predicted.clone().requires_grad_()
    (weight * motion_focal_loss(leaf, target, heatmap)).sum().backward()
    assert leaf.grad is not None
    return leaf.grad


def test_the_heatmap_is_inside_the_norm() -> None:
    predicted, heatmap = torch.zeros(SHAPE), torch.full(MAPS, 0.5)
    predicted[0] = 3.0
    predicted[1, 2, 1, 1, 0] = 4.0
    heatmap[1, 0, 1, 1, 0] = 0.25

    loss = motion_focal_loss(predicted, torch.zeros(SHAPE), heatmap)

    # By hand: (0.5 * 3)^2 everywhere; (0.25 * 4)^2 at one of 48 elements.
    torch.testing.assert_close(loss, torch.tensor([2.25, 1 / 48]))


def test_with_a_heatmap_of_ones_it_equals_the_diffusion_loss() -> None:
    predicted, target = drawn(*SHAPE), drawn(*SHAPE, seed=4)

    loss = motion_focal_loss(predicted, target, torch.ones(MAPS))

    assert torch.equal(loss, diffusion_loss(predicted, target))


def test_the_gradient_is_zero_where_the_heatmap_is_zero() -> None:
    heatmap = torch.zeros(MAPS)
    heatmap[:, :, 0] = 1.0

    gradient = gradient_of(drawn(*SHAPE), drawn(*SHAPE, seed=4), heatmap, 1.0)

    assert gradient[:, :, 1:].abs().max() == 0
    assert gradient[:, :, 0].abs().min() > 0


def test_the_gradient_matches_the_formula() -> None:
    predicted, target = drawn(*SHAPE), drawn(*SHAPE, seed=4)
    heatmap = torch.rand(MAPS, generator=torch.Generator().manual_seed(5))

    # d/dp of lambda * mean (m' (t - p))^2 is 2 lambda m'^2 (p - t) / elements.
    expected = 2 * 0.5 * heatmap.square() * (predicted - target) / ELEMENTS
    torch.testing.assert_close(gradient_of(predicted, target, heatmap, 0.5), expected)


def test_the_gradient_grows_with_lambda_and_with_the_square_of_the_heatmap() -> None:
    predicted, target, heatmap = drawn(*SHAPE), drawn(*SHAPE, seed=4), torch.full(MAPS, 0.25)

    once = gradient_of(predicted, target, heatmap, 1.0)

    assert torch.equal(gradient_of(predicted, target, heatmap, 2.0), 2 * once)
    assert torch.equal(gradient_of(predicted, target, 2 * heatmap, 1.0), 4 * once)


def test_with_lambda_0_loss_and_gradient_equal_the_diffusion_loss_bit_for_bit() -> None:
    plain, weighted = drawn(*SHAPE).requires_grad_(), drawn(*SHAPE).requires_grad_()
    target = drawn(*SHAPE, seed=4)
    expected = diffusion_loss(plain, target)
    expected.mean().backward()

    loss = motif_loss(weighted, target, torch.rand(MAPS), weight=0.0)
    loss.total.mean().backward()

    assert torch.equal(loss.total, expected)
    assert plain.grad is not None
    assert weighted.grad is not None
    assert torch.equal(weighted.grad, plain.grad)


def test_with_lambda_0_the_motion_focal_term_is_still_reported() -> None:
    predicted, target, heatmap = drawn(*SHAPE), drawn(*SHAPE, seed=4), torch.rand(MAPS)

    loss = motif_loss(predicted, target, heatmap, weight=0.0)

    assert torch.equal(loss.motion_focal, motion_focal_loss(predicted, target, heatmap))


def test_the_total_adds_the_weighted_term() -> None:
    loss = motif_loss(drawn(*SHAPE), drawn(*SHAPE, seed=4), torch.rand(MAPS), weight=2.0)

    assert torch.equal(loss.total, loss.diffusion + 2.0 * loss.motion_focal)


def test_bfloat16_predictions_get_a_float32_loss_and_a_bfloat16_gradient() -> None:
    predicted = drawn(*SHAPE).bfloat16().requires_grad_()

    loss = motif_loss(predicted, drawn(*SHAPE, seed=4).bfloat16(), torch.rand(MAPS))
    loss.total.mean().backward()

    assert loss.total.dtype == torch.float32
    assert predicted.grad is not None
    assert predicted.grad.dtype == torch.bfloat16
    assert torch.isfinite(predicted.grad).all()


@pytest.mark.parametrize("shape", [SHAPE, (2, 1, 3, 4, 4), (1, 1, 3, 2, 2), (2, 3, 2, 2)])
def test_a_heatmap_of_the_wrong_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"the heatmap must be \(2, 1, 3, 2, 2\), one weight per latent"):
        motion_focal_loss(torch.zeros(SHAPE), torch.zeros(SHAPE), torch.zeros(shape))


@pytest.mark.parametrize("weight", [-1.0, float("nan")])
def test_a_negative_or_nan_weight_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="weight of the motion focal loss must be at least 0"):
        motif_loss(torch.zeros(SHAPE), torch.zeros(SHAPE), torch.zeros(MAPS), weight)
