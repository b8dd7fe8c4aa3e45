"""The autoencoder without training."""

from functools import cache
from pathlib import Path

import pytest
import torch
from torch import Tensor

from benchmark.scenes import SCENARIOS, Scene, Style, draw_still
from models.motif.encoders import decode_latents, encode_frames
from models.motif.patch_autoencoder import PatchAutoencoder


@cache
def pictures() -> Tensor:
    """Return pictures of the scene engine, (6, 3, 64, 64), values in [-1, 1]."""
    scenarios = list(SCENARIOS.values())[:6]
    drawn = [draw_still(Scene(scenario, Style.FLAT, seed=1), 64) for scenario in scenarios]
    return torch.stack([torch.from_numpy(one) for one in drawn]).permute(0, 3, 1, 2) / 127.5 - 1


def after_coding(autoencoder: PatchAutoencoder, frames: Tensor) -> Tensor:
    return autoencoder.decode(autoencoder.encode(frames).latent_dist.mode()).sample


def test_with_all_components_nothing_is_lost() -> None:
    autoencoder = PatchAutoencoder.fitted(pictures(), patch=2, latent_channels=12)

    assert torch.allclose(after_coding(autoencoder, pictures()), pictures(), atol=1e-5)


@pytest.mark.parametrize("whiten", [0.0, 0.5, 1.0])
def test_what_is_lost_is_the_variance_of_the_components_left_out(whiten: float) -> None:
    frames = pictures()
    autoencoder = PatchAutoencoder.fitted(frames, patch=2, latent_channels=3, whiten=whiten)
    patches = torch.nn.functional.pixel_unshuffle(frames.double(), 2).transpose(0, 1).flatten(1)

    lost = (after_coding(autoencoder, frames) - frames).square().mean()

    left_out = torch.linalg.eigvalsh(torch.cov(patches, correction=0))[:-3].sum() / 12
    assert float(lost) == pytest.approx(float(left_out), rel=1e-3)


def test_components_are_orthonormal() -> None:
    components = PatchAutoencoder.fitted(pictures(), patch=4, latent_channels=8).components

    assert torch.allclose(components @ components.T, torch.eye(8), atol=1e-5)


@pytest.mark.parametrize("whiten", [0.0, 1.0])
def test_scaled_latents_have_a_mean_square_of_one(whiten: float) -> None:
    autoencoder = PatchAutoencoder.fitted(pictures(), patch=4, latent_channels=6, whiten=whiten)

    latents = encode_frames(autoencoder, pictures())

    assert float(latents.square().mean()) == pytest.approx(1.0, rel=0.02)


def test_whitened_channels_have_one_variance() -> None:
    autoencoder = PatchAutoencoder.fitted(pictures(), patch=4, latent_channels=6, whiten=1.0)

    variances = encode_frames(autoencoder, pictures()).transpose(0, 1).flatten(1).var(dim=1)

    assert variances.tolist() == pytest.approx([1.0] * 6, rel=0.02)


def test_clips_come_back_in_the_order_of_their_frames() -> None:
    autoencoder = PatchAutoencoder.fitted(pictures(), patch=2, latent_channels=12)
    latents = encode_frames(autoencoder, pictures(), chunk=4)

    clips = decode_latents(autoencoder, latents.view(2, 3, 12, 32, 32).transpose(1, 2), chunk=4)

    assert torch.allclose(clips.flatten(0, 1), pictures() / 2 + 0.5, atol=1e-5)


def test_it_is_stored_small_and_loaded_as_it_was(tmp_path: Path) -> None:
    autoencoder = PatchAutoencoder.fitted(pictures(), patch=4, latent_channels=16, whiten=0.5)
    autoencoder.save_pretrained(tmp_path)

    loaded = PatchAutoencoder.from_pretrained(tmp_path)

    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 50_000
    assert loaded.config["scaling_factor"] == autoencoder.config["scaling_factor"]
    assert torch.equal(after_coding(loaded, pictures()), after_coding(autoencoder, pictures()))


def test_sides_that_patches_do_not_fill_are_refused() -> None:
    with pytest.raises(ValueError, match="pictures of 30x32: both sides must be multiples of 4"):
        PatchAutoencoder().encode(torch.zeros(1, 3, 30, 32))


@pytest.mark.parametrize("channels", [0, 49])
def test_a_patch_has_no_more_components_than_values(channels: int) -> None:
    with pytest.raises(ValueError, match="a patch of side 4 allows 1 to 48"):
        PatchAutoencoder(patch=4, latent_channels=channels)
