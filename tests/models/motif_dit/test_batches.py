"""The transformer's batch, loss and inputs, compared with values by hand and with diffusers' pipeline."""

from typing import Any

import numpy as np
import pytest
import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from PIL import Image

from models.motif_dit.batches import DitBatch, build_dit_batch, dit_loss, predict_velocity
from models.motif_dit.encoded_clips import DitClip, encode_caption
from models.motif_dit.networks import create_dit_pipeline
from models.training.clip_sources import ClipLabel
from models.training.networks import frames_to_tensor
from models.training.sampling import gaussian_noise
from tests.models.motif_dit.conftest import toy

LABEL = ClipLabel("clip", "clip", "The red kite sinks.", held_out=False)


def by_hand(errors: list[float], weights: list[float]) -> tuple[torch.Tensor, DitBatch]:
    """Return a prediction and a batch of one position per latent frame, with these errors and weights."""
    shape = (1, 1, len(errors), 1, 1)
    target = torch.zeros(shape)
    heatmap = torch.tensor(weights).view(shape)
    return torch.tensor(errors).view(shape), DitBatch(
        target, target, torch.tensor([0.5]), torch.zeros(1, 1, 1), heatmap
    )


def test_the_loss_is_the_formula_and_leaves_the_image_out() -> None:
    # The image (first latent frame) has a huge error, which must not count.
    predicted, batch = by_hand([100.0, 2.0, 1.0], [1.0, 0.5, 0.0])

    losses = dit_loss(predicted, batch, weight=3.0)

    # (2^2 + 1^2) / 2 = 2.5;  ((0.5 * 2)^2 + 0) / 2 = 0.5;  2.5 + 3 * 0.5 = 4
    assert (float(losses.diffusion), float(losses.motion_focal), float(losses.total)) == (2.5, 0.5, 4.0)


def test_without_the_motion_focal_loss_the_total_is_the_flow_matching_loss() -> None:
    losses = dit_loss(*by_hand([9.0, 2.0, 1.0], [1.0, 0.5, 1.0]), weight=0.0)

    assert float(losses.total) == float(losses.diffusion) == 2.5


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy")
def test_the_transformer_gets_the_inputs_that_the_pipeline_gives_it() -> None:
    pipeline = create_dit_pipeline(toy())
    pipeline.scheduler = FlowMatchEulerDiscreteScheduler()
    pipeline.set_progress_bar_config(disable=True)
    calls: list[dict[str, Any]] = []
    pipeline.transformer.register_forward_pre_hook(lambda _, __, given: calls.append(given), with_kwargs=True)
    image = Image.effect_mandelbrot((32, 32), (-2, -1, 1, 1), 20).convert("RGB")
    pixels = frames_to_tensor(np.array(image)[None])
    video = torch.cat([pixels, torch.rand(4, 3, 32, 32)]).transpose(0, 1)[None]
    with torch.no_grad():
        latents = pipeline.vae.encode(video).latent_dist.mode()[0]
        noise = gaussian_noise(7, latents.shape)
        pipeline(
            image,
            LABEL.caption,
            height=32,
            width=32,
            num_frames=5,
            num_inference_steps=1,
            guidance_scale=1.0,
            max_sequence_length=24,
            latents=noise[None],
            output_type="latent",
        )
        heatmap = torch.zeros(1, 2, 4, 4)
        clip = DitClip(LABEL, latents, encode_caption(pipeline, LABEL.caption), heatmap, heatmap)
        batch = build_dit_batch([clip], [clip.text], torch.tensor([1.0]), [7])
        predict_velocity(pipeline.transformer, batch)

    theirs, ours = calls
    for name in ("hidden_states", "timestep", "encoder_hidden_states"):
        torch.testing.assert_close(ours[name], theirs[name], msg=lambda text, name=name: f"{name}: {text}")
    # Four tokens a latent frame: the image is clean, the rest is noise.
    assert ours["timestep"].tolist() == [[0.0] * 4 + [1000.0] * 4]
