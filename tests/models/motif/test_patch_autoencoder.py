"""The PCA autoencoder of image patches."""

from functools import cache
from pathlib import Path

import pytest
import torch
from torch import Tensor

from benchmark.scenes import SCENARIOS, Scene, Style, draw_still
from models.motif.encoders import decode_latents, encode_frames
from models.motif.patch_autoencoder import PatchAutoencoder


@cache
def images() -> Tensor:
    """Return images of the scene engine, (6, 3, 64, 64) float32 in [-1, 1]."""
    scenarios = list(SCENARIOS.values())[:6]
    rendered = [draw_still(Scene(scenario, Style.FLAT, seed=1), 64) for scenario in scenarios]
    return torch.stack([torch.from_numpy(one) for one in rendered]).permute(0, 3, 1, 2) / 127.5 - 1


def reconstruct(autoencoder: PatchAutoencoder, frames: Tensor) -> Tensor:
    return autoencoder.decode(autoencoder.encode(frames).latent_dist.mode()).sample


def test_with_all_components_coding_is_lossless() -> None:
    autoencoder = PatchAutoencoder.fit(images(), patch=2, latent_channels=12)

    assert torch.allclose(reconstruct(autoencoder, images()), images(), atol=1e-5)


@pytest.mark.parametrize("whiten", [0.0, 0.5, 1.0])
def test_the_coding_error_is_the_variance_of_the_dropped_components(whiten: float) -> None:
    frames = images()
    autoencoder = PatchAutoencoder.fit(frames, patch=2, latent_channels=3, whiten=whiten)
    patches = torch.nn.functional.pixel_unshuffle(frames.double(), 2).transpose(0, 1).flatten(1)

    error = (reconstruct(autoencoder, frames) - frames).square().mean()

    dropped = torch.linalg.eigvalsh(torch.cov(patches, correction=0))[:-3].sum() / 12
    assert float(error) == pytest.approx(float(dropped), rel=1e-3)


def test_components_are_orthonormal() -> None:
    components = PatchAutoencoder.fit(images(), patch=4, latent_channels=8).components

    assert torch.allclose(components @ components.T, torch.eye(8), atol=1e-5)


@pytest.mark.parametrize("whiten", [0.0, 1.0])
def test_scaled_latents_have_a_mean_square_of_one(whiten: float) -> None:
    autoencoder = PatchAutoencoder.fit(images(), patch=4, latent_channels=6, whiten=whiten)

    latents = encode_frames(autoencoder, images())

    assert float(latents.square().mean()) == pytest.approx(1.0, rel=0.02)


def test_whitened_channels_have_equal_variance() -> None:
    autoencoder = PatchAutoencoder.fit(images(), patch=4, latent_channels=6, whiten=1.0)

    variances = encode_frames(autoencoder, images()).transpose(0, 1).flatten(1).var(dim=1)

    assert variances.tolist() == pytest.approx([1.0] * 6, rel=0.02)


def test_decoded_frames_keep_their_order() -> None:
    autoencoder = PatchAutoencoder.fit(images(), patch=2, latent_channels=12)
    latents = encode_frames(autoencoder, images(), chunk=4)

    clips = decode_latents(autoencoder, latents.view(2, 3, 12, 32, 32).transpose(1, 2), chunk=4)

    assert torch.allclose(clips.flatten(0, 1), images() / 2 + 0.5, atol=1e-5)


def test_saving_and_loading_is_lossless_and_the_file_is_small(tmp_path: Path) -> None:
    autoencoder = PatchAutoencoder.fit(images(), patch=4, latent_channels=16, whiten=0.5)
    autoencoder.save_pretrained(tmp_path)

    loaded = PatchAutoencoder.from_pretrained(tmp_path)

    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 50_000
    assert loaded.config["scaling_factor"] == autoencoder.config["scaling_factor"]
    assert torch.equal(reconstruct(loaded, images()), reconstruct(autoencoder, images()))


def test_a_size_that_is_not_a_multiple_of_the_patch_is_refused() -> None:
    with pytest.raises(ValueError, match="images of 30x32: both sides must be multiples of 4"):
        PatchAutoencoder().encode(torch.zeros(1, 3, 30, 32))


@pytest.mark.parametrize("channels", [0, 49])
def test_an_impossible_number_of_components_is_refused(channels: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 48 for a patch of side 4"):
        PatchAutoencoder(patch=4, latent_channels=channels)
