"""From an image and a prompt to a clip."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from transformers import CLIPVisionConfig, CLIPVisionModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from models.motif.encoders import NotFinite
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.tiny import tiny_unet, toy_pipeline

PROMPTS = ["the blue balloon rises", "the dog jumps"]


def quiet(pipeline: MotifImageToVideoPipeline) -> MotifImageToVideoPipeline:
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def picture(seed: int = 0, *, height: int = 32, width: int = 32) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def seeded(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def clip_of(pipeline: MotifImageToVideoPipeline, *, seed: int = 0, **how: object) -> NDArray[np.float32]:
    """Return one clip in three steps, (frames, height, width, 3)."""
    made = pipeline(picture(), PROMPTS[0], num_inference_steps=3, generator=seeded(seed), **how).frames
    assert isinstance(made, np.ndarray)
    return made[0]


def with_image_tokens(pipeline: MotifImageToVideoPipeline, conditioning: str) -> MotifImageToVideoPipeline:
    """Exchange the network for one that attends to a toy vision encoder's tokens."""
    torch.manual_seed(1)
    config = CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=16,
        patch_size=8,
    )
    processor = CLIPImageProcessorPil(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16})
    components = pipeline.components | {
        "unet": tiny_unet(conditioning=conditioning),
        "image_encoder": CLIPVisionModel(config).eval(),
        "image_processor": processor,
    }
    return quiet(MotifImageToVideoPipeline(**components, height=32, width=32, num_frames=4))


@pytest.fixture
def pipeline() -> MotifImageToVideoPipeline:
    return quiet(toy_pipeline())


def test_a_clip_has_the_pipeline_s_own_form(pipeline: MotifImageToVideoPipeline) -> None:
    clip = clip_of(pipeline)

    assert clip.shape == (4, 32, 32, 3)
    assert clip.dtype == np.float32
    assert clip.min() >= 0
    assert clip.max() <= 1


def test_a_call_may_want_another_form(pipeline: MotifImageToVideoPipeline) -> None:
    assert clip_of(pipeline, height=16, width=24, num_frames=6).shape == (6, 16, 24, 3)


def test_one_seed_gives_the_same_bytes_twice(pipeline: MotifImageToVideoPipeline) -> None:
    assert clip_of(pipeline, seed=7).tobytes() == clip_of(pipeline, seed=7).tobytes()
    assert not np.array_equal(clip_of(pipeline, seed=7), clip_of(pipeline, seed=8))


@pytest.mark.parametrize("how", [{"eta": 1.0}, {"guidance_scale": 1.0}])
def test_so_do_noisy_and_unguided_runs(pipeline: MotifImageToVideoPipeline, how: dict[str, float]) -> None:
    assert clip_of(pipeline, **how).tobytes() == clip_of(pipeline, **how).tobytes()
    assert not np.array_equal(clip_of(pipeline, **how), clip_of(pipeline))


def test_a_stored_pipeline_gives_the_same_bytes(pipeline: MotifImageToVideoPipeline, tmp_path: Path) -> None:
    pipeline.save_pretrained(tmp_path)

    loaded = quiet(MotifImageToVideoPipeline.from_pretrained(tmp_path))

    assert clip_of(loaded).tobytes() == clip_of(pipeline).tobytes()
    assert not list(tmp_path.rglob("*.bin")), "weights are stored as safetensors"


def test_a_stored_pipeline_with_an_image_encoder_gives_the_same_bytes(
    pipeline: MotifImageToVideoPipeline, tmp_path: Path
) -> None:
    attending = with_image_tokens(pipeline, "both")
    attending.save_pretrained(tmp_path)

    loaded = quiet(MotifImageToVideoPipeline.from_pretrained(tmp_path))

    assert clip_of(loaded).tobytes() == clip_of(attending).tobytes()


def test_attention_to_images_alone_makes_clips_too(pipeline: MotifImageToVideoPipeline) -> None:
    assert clip_of(with_image_tokens(pipeline, "cx-attn")).shape == (4, 32, 32, 3)


def test_attention_to_images_needs_an_image_encoder(pipeline: MotifImageToVideoPipeline) -> None:
    pipeline.unet = tiny_unet(conditioning="both")

    with pytest.raises(ValueError, match="both attends to image tokens: the pipeline needs an image_encoder"):
        clip_of(pipeline)


def test_a_clip_in_a_batch_is_the_clip_alone(pipeline: MotifImageToVideoPipeline) -> None:
    images = [picture(1), picture(2)]
    batch = pipeline(images, PROMPTS, num_inference_steps=3, generator=seeded(1, 2)).frames

    alone = [
        pipeline(image, prompt, num_inference_steps=3, generator=generator).frames[0]
        for image, prompt, generator in zip(images, PROMPTS, seeded(1, 2), strict=True)
    ]

    # Not to the bit: the CPU's matrix products depend on the number of rows. Measured: 1.5e-6.
    assert np.abs(batch - np.stack(alone)).max() < 1e-4


def test_guidance_asks_the_network_once_a_step_with_and_without_the_text(
    pipeline: MotifImageToVideoPipeline,
) -> None:
    batches: list[int] = []
    pipeline.unet.register_forward_pre_hook(lambda _, inputs: batches.append(len(inputs[0])))

    clip_of(pipeline)
    clip_of(pipeline, guidance_scale=1.0)

    assert batches == [2, 2, 2, 1, 1, 1]


def test_guidance_leads_away_from_the_negative_prompt(pipeline: MotifImageToVideoPipeline) -> None:
    same = clip_of(pipeline, negative_prompt=PROMPTS[0])
    unguided = clip_of(pipeline, guidance_scale=1.0)

    assert np.abs(same - unguided).max() < 1e-4
    assert np.abs(clip_of(pipeline) - unguided).max() > 1e-3


def test_the_form_of_the_clips_is_a_choice(pipeline: MotifImageToVideoPipeline) -> None:
    floats = clip_of(pipeline)
    made = {
        form: pipeline(
            picture(), PROMPTS[0], num_inference_steps=3, generator=seeded(0), output_type=form
        ).frames
        for form in ("uint8", "pt", "pil", "latent")
    }

    rounded = np.round(floats * 255).astype(np.uint8)
    assert np.array_equal(made["uint8"][0], rounded)
    assert np.array_equal(np.stack([np.asarray(frame) for frame in made["pil"][0]]), rounded)
    assert np.array_equal(made["pt"][0].permute(0, 2, 3, 1).numpy(), floats)
    assert made["latent"].shape == (1, 4, 4, 8, 8)


def test_decoding_in_chunks_changes_nothing(pipeline: MotifImageToVideoPipeline) -> None:
    assert np.allclose(clip_of(pipeline, decode_chunk_size=1), clip_of(pipeline), atol=1e-6)


def test_every_step_is_reported_and_may_change_the_latents(pipeline: MotifImageToVideoPipeline) -> None:
    met: list[tuple[int, int]] = []

    def report(
        _: MotifImageToVideoPipeline, step: int, timestep: int, tensors: dict[str, Tensor]
    ) -> dict[str, Tensor]:
        met.append((step, timestep))
        return {"latents": torch.zeros_like(tensors["latents"])}

    made = pipeline(
        picture(), PROMPTS[0], num_inference_steps=3, output_type="latent", callback_on_step_end=report
    ).frames

    assert met == [(0, 667), (1, 334), (2, 1)]
    assert isinstance(made, Tensor)
    assert not made.any()


def test_a_residual_pipeline_adds_what_it_made_to_the_image(pipeline: MotifImageToVideoPipeline) -> None:
    pipeline.register_to_config(residual_scale=1e9)

    clip = clip_of(pipeline)

    still = pipeline.vae.decode(pipeline.vae.encode(_pixels(picture())).latent_dist.mode()).sample
    shown = (still / 2 + 0.5).clamp(0, 1)[0].permute(1, 2, 0).numpy()
    assert np.abs(clip - shown).max() < 1e-4


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"num_frames": 1}, "num_frames is 1; a clip has at least 2"),
        ({"height": 0}, "height is 0; expected above 0"),
        ({"fps": -8}, "fps is -8; expected above 0"),
        ({"height": 30}, "30x32: both sides must be multiples of 4"),
        ({"width": 36}, "latents of 8x9: both sides must be multiples of 2"),
        ({"eta": 2}, "eta is 2; expected 0 to 1"),
        ({"decode_chunk_size": 0}, "decode_chunk_size is 0; expected at least 1"),
        ({"output_type": "gif"}, "unknown output_type 'gif'; expected one of np, uint8, pt, pil, latent"),
    ],
)
def test_a_call_that_cannot_be_is_refused(
    pipeline: MotifImageToVideoPipeline, how: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        clip_of(pipeline, **how)


def test_there_is_a_prompt_and_a_generator_for_each_image(pipeline: MotifImageToVideoPipeline) -> None:
    with pytest.raises(ValueError, match="2 images and 1 prompts; expected a prompt for each image"):
        pipeline([picture(), picture()], PROMPTS[0])
    with pytest.raises(ValueError, match="3 generators for 2 clips; expected one for each"):
        pipeline([picture(), picture()], PROMPTS, generator=seeded(1, 2, 3))


@pytest.mark.parametrize("image", ["dog.png", None, np.zeros((32, 32), np.uint8), np.zeros((32, 32, 3))])
def test_what_is_no_image_is_refused(pipeline: MotifImageToVideoPipeline, image: object) -> None:
    with pytest.raises(TypeError, match="image is a"):
        pipeline(image, PROMPTS[0])


def test_a_broken_network_is_noticed(pipeline: MotifImageToVideoPipeline) -> None:
    torch.nn.init.constant_(pipeline.unet.unet.conv_out.bias, float("nan"))

    with pytest.raises(NotFinite, match="latents of the clips: 1024 of 1024 numbers are NaN or infinite"):
        clip_of(pipeline)


def test_a_broken_autoencoder_is_noticed(pipeline: MotifImageToVideoPipeline) -> None:
    pipeline.vae.mean[0] = float("nan")

    with pytest.raises(NotFinite, match="latents of the autoencoder"):
        clip_of(pipeline)


def test_a_network_in_half_precision_makes_nearly_the_same_clip(pipeline: MotifImageToVideoPipeline) -> None:
    expected = clip_of(pipeline)

    half = pipeline.to(torch.bfloat16)

    assert half.unet.dtype == torch.bfloat16
    # Measured: 0.0005; with another seed it is 0.03.
    assert np.abs(clip_of(half) - expected).mean() < 0.005


def test_images_of_any_mode_do(pipeline: MotifImageToVideoPipeline) -> None:
    grey = Image.fromarray(picture()).convert("L")

    assert pipeline(grey, PROMPTS[0], num_inference_steps=1).frames.shape == (1, 4, 32, 32, 3)


def _pixels(image: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(image).permute(2, 0, 1)[None] / 127.5 - 1
