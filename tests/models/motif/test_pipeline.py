"""The image-to-video pipeline at toy size."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from models.motif.encoders import NotFinite
from models.motif.pipeline import MotifImageToVideoPipeline
from tests.models.motif.tiny import (
    PROMPTS,
    generators,
    random_image,
    tiny_unet,
    toy_pipeline,
    with_image_tokens,
    without_progress_bar,
)


def clip_of(
    pipeline: MotifImageToVideoPipeline, *, seed: int = 0, **arguments: object
) -> NDArray[np.float32]:
    """Return one clip sampled with three steps, (frames, height, width, 3) float32."""
    output = pipeline(
        random_image(), PROMPTS[0], num_inference_steps=3, generator=generators(seed), **arguments
    ).frames
    assert isinstance(output, np.ndarray)
    return output[0]


@pytest.fixture
def pipeline() -> MotifImageToVideoPipeline:
    return toy_pipeline()


def test_a_clip_has_the_pipeline_s_default_shape(pipeline: MotifImageToVideoPipeline) -> None:
    clip = clip_of(pipeline)

    assert clip.shape == (4, 32, 32, 3)
    assert clip.dtype == np.float32
    assert clip.min() >= 0
    assert clip.max() <= 1


def test_a_call_can_request_another_shape(pipeline: MotifImageToVideoPipeline) -> None:
    assert clip_of(pipeline, height=16, width=24, num_frames=6).shape == (6, 16, 24, 3)


def test_one_seed_gives_the_same_bytes_twice(pipeline: MotifImageToVideoPipeline) -> None:
    assert clip_of(pipeline, seed=7).tobytes() == clip_of(pipeline, seed=7).tobytes()
    assert not np.array_equal(clip_of(pipeline, seed=7), clip_of(pipeline, seed=8))


@pytest.mark.parametrize("arguments", [{"eta": 1.0}, {"guidance_scale": 1.0}])
def test_sampling_with_noise_or_without_guidance_is_reproducible(
    pipeline: MotifImageToVideoPipeline, arguments: dict[str, float]
) -> None:
    assert clip_of(pipeline, **arguments).tobytes() == clip_of(pipeline, **arguments).tobytes()
    assert not np.array_equal(clip_of(pipeline, **arguments), clip_of(pipeline))


def test_a_stored_pipeline_gives_the_same_bytes(pipeline: MotifImageToVideoPipeline, tmp_path: Path) -> None:
    pipeline.save_pretrained(tmp_path)

    loaded = without_progress_bar(MotifImageToVideoPipeline.from_pretrained(tmp_path))

    assert clip_of(loaded).tobytes() == clip_of(pipeline).tobytes()
    assert not list(tmp_path.rglob("*.bin")), "weights are stored as safetensors"


def test_a_stored_pipeline_with_an_image_encoder_gives_the_same_bytes(
    pipeline: MotifImageToVideoPipeline, tmp_path: Path
) -> None:
    attending = with_image_tokens(pipeline, "both")
    attending.save_pretrained(tmp_path)

    loaded = without_progress_bar(MotifImageToVideoPipeline.from_pretrained(tmp_path))

    assert clip_of(loaded).tobytes() == clip_of(attending).tobytes()


def test_a_network_with_image_attention_only_generates_clips(pipeline: MotifImageToVideoPipeline) -> None:
    assert clip_of(with_image_tokens(pipeline, "cx-attn")).shape == (4, 32, 32, 3)


def test_image_attention_needs_an_image_encoder(pipeline: MotifImageToVideoPipeline) -> None:
    pipeline.unet = tiny_unet(conditioning="both")

    with pytest.raises(ValueError, match="attends to image tokens, so the pipeline needs an image_encoder"):
        clip_of(pipeline)


def test_a_clip_does_not_depend_on_the_rest_of_the_batch(pipeline: MotifImageToVideoPipeline) -> None:
    images = [random_image(1), random_image(2)]
    batch = pipeline(images, PROMPTS, num_inference_steps=3, generator=generators(1, 2)).frames

    alone = [
        pipeline(image, prompt, num_inference_steps=3, generator=generator).frames[0]
        for image, prompt, generator in zip(images, PROMPTS, generators(1, 2), strict=True)
    ]

    # Not bit for bit: matrix products on the CPU depend on the number of rows. Measured: 1.5e-6.
    assert np.abs(batch - np.stack(alone)).max() < 1e-4


def test_guidance_runs_one_forward_pass_per_step_with_both_halves_batched(
    pipeline: MotifImageToVideoPipeline,
) -> None:
    batches: list[int] = []
    pipeline.unet.register_forward_pre_hook(lambda _, inputs: batches.append(len(inputs[0])))

    clip_of(pipeline)
    clip_of(pipeline, guidance_scale=1.0)

    assert batches == [2, 2, 2, 1, 1, 1]


def test_guidance_has_no_effect_if_the_negative_prompt_is_the_prompt(
    pipeline: MotifImageToVideoPipeline,
) -> None:
    same = clip_of(pipeline, negative_prompt=PROMPTS[0])
    unguided = clip_of(pipeline, guidance_scale=1.0)

    assert np.abs(same - unguided).max() < 1e-4
    assert np.abs(clip_of(pipeline) - unguided).max() > 1e-3


def test_all_output_types_hold_the_same_clip(pipeline: MotifImageToVideoPipeline) -> None:
    floats = clip_of(pipeline)
    output = {
        kind: pipeline(
            random_image(), PROMPTS[0], num_inference_steps=3, generator=generators(0), output_type=kind
        ).frames
        for kind in ("uint8", "pt", "pil", "latent")
    }

    rounded = np.round(floats * 255).astype(np.uint8)
    assert np.array_equal(output["uint8"][0], rounded)
    assert np.array_equal(np.stack([np.asarray(frame) for frame in output["pil"][0]]), rounded)
    assert np.array_equal(output["pt"][0].permute(0, 2, 3, 1).numpy(), floats)
    assert output["latent"].shape == (1, 4, 4, 8, 8)


def test_decoding_in_chunks_changes_nothing(pipeline: MotifImageToVideoPipeline) -> None:
    assert np.allclose(clip_of(pipeline, decode_chunk_size=1), clip_of(pipeline), atol=1e-6)


def test_a_residual_pipeline_adds_the_residual_to_the_image(pipeline: MotifImageToVideoPipeline) -> None:
    pipeline.register_to_config(residual_scale=1e9)

    clip = clip_of(pipeline)

    still = pipeline.vae.decode(pipeline.vae.encode(_pixels(random_image())).latent_dist.mode()).sample
    shown = (still / 2 + 0.5).clamp(0, 1)[0].permute(1, 2, 0).numpy()
    assert np.abs(clip - shown).max() < 1e-4


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"num_frames": 1}, "num_frames is 1; expected an integer of at least 2"),
        ({"height": 0}, "height is 0; expected an integer of at least 1"),
        ({"fps": -8}, "fps is -8; expected a number from 0.01 to 1000"),
        ({"fps": float("nan")}, "fps is nan; expected a number from 0.01 to 1000"),
        ({"height": 30}, "30x32: both sides must be multiples of 4"),
        ({"width": 36}, "the latents are 8x9; expected height and width in multiples of 2"),
        ({"eta": 2}, "eta is 2; expected a number from 0 to 1"),
        ({"decode_chunk_size": 0}, "decode_chunk_size is 0; expected an integer of at least 1"),
        ({"output_type": "gif"}, "unknown output_type 'gif'; expected one of np, uint8, pt, pil, latent"),
    ],
)
def test_an_argument_out_of_range_is_refused(
    pipeline: MotifImageToVideoPipeline, arguments: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        clip_of(pipeline, **arguments)


def test_there_must_be_one_prompt_and_one_generator_per_image(pipeline: MotifImageToVideoPipeline) -> None:
    with pytest.raises(ValueError, match="2 images and 1 prompts; expected one prompt per image"):
        pipeline([random_image(), random_image()], PROMPTS[0])
    with pytest.raises(ValueError, match="3 generators for 2 clips; expected one per clip"):
        pipeline([random_image(), random_image()], PROMPTS, generator=generators(1, 2, 3))


def test_nan_from_the_network_is_an_error(pipeline: MotifImageToVideoPipeline) -> None:
    torch.nn.init.constant_(pipeline.unet.unet.conv_out.bias, float("nan"))

    with pytest.raises(NotFinite, match="latents of the clips: 1024 of 1024 values are NaN or infinite"):
        clip_of(pipeline)


def test_nan_from_the_autoencoder_is_an_error(pipeline: MotifImageToVideoPipeline) -> None:
    pipeline.vae.mean[0] = float("nan")

    with pytest.raises(NotFinite, match="latents of the autoencoder"):
        clip_of(pipeline)


def test_half_precision_gives_nearly_the_same_clip(pipeline: MotifImageToVideoPipeline) -> None:
    expected = clip_of(pipeline)

    half = pipeline.to(torch.bfloat16)

    assert half.unet.dtype == torch.bfloat16
    # Measured: 0.0005; with another seed it is 0.03.
    assert np.abs(clip_of(half) - expected).mean() < 0.005


def test_an_image_can_have_any_mode(pipeline: MotifImageToVideoPipeline) -> None:
    grey = Image.fromarray(random_image()).convert("L")

    assert pipeline(grey, PROMPTS[0], num_inference_steps=1).frames.shape == (1, 4, 32, 32, 3)


def _pixels(image: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(image).permute(2, 0, 1)[None] / 127.5 - 1
