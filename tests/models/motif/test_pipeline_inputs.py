"""The arguments of a pipeline call: texts, embeddings, latents and guidance; refused arguments."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from models.motif.guidance import Guidance
from models.motif.pipeline import MotifImageToVideoPipeline
from tests.models.motif.tiny import PROMPTS, generators, latents_of, random_image, toy_pipeline

IMAGES = [random_image(1), random_image(2)]
NEGATIVE = ["the car turns", "the balloon sinks"]


@pytest.fixture(scope="module")
def pipeline() -> Iterator[MotifImageToVideoPipeline]:
    return toy_pipeline()


def pair_of(pipeline: MotifImageToVideoPipeline, **arguments: object) -> torch.Tensor:
    """Return the latents of two images with two prompts."""
    defaults = {"image": IMAGES, "prompt": PROMPTS, "generator": generators(1, 2)}
    return latents_of(pipeline, **(defaults | arguments))


def test_each_prompt_has_its_own_negative_prompt(pipeline: MotifImageToVideoPipeline) -> None:
    both = pair_of(pipeline, negative_prompt=NEGATIVE)

    alone = [
        latents_of(pipeline, image=image, prompt=prompt, negative_prompt=negative, generator=generator)[0]
        for image, prompt, negative, generator in zip(
            IMAGES, PROMPTS, NEGATIVE, generators(1, 2), strict=True
        )
    ]
    assert (both - torch.stack(alone)).abs().max() < 1e-4
    assert (both - pair_of(pipeline)).abs().max() > 1e-3


def test_one_negative_prompt_holds_for_all_prompts(pipeline: MotifImageToVideoPipeline) -> None:
    for_all = pair_of(pipeline, negative_prompt=NEGATIVE[0])

    assert torch.equal(for_all, pair_of(pipeline, negative_prompt=[NEGATIVE[0]] * 2))


def test_embeddings_give_the_clip_of_their_texts(pipeline: MotifImageToVideoPipeline) -> None:
    expected = pair_of(pipeline, negative_prompt=NEGATIVE)

    positive, negative = pipeline.encode_prompt(PROMPTS, NEGATIVE)

    embeddings = {"prompt": None, "prompt_embeds": positive, "negative_prompt_embeds": negative}
    assert torch.equal(pair_of(pipeline, **embeddings), expected)
    mixed = pair_of(pipeline, prompt=None, prompt_embeds=positive, negative_prompt=NEGATIVE)
    assert torch.equal(mixed, expected)


def test_without_guidance_there_are_no_negative_embeddings(pipeline: MotifImageToVideoPipeline) -> None:
    positive, negative = pipeline.encode_prompt(PROMPTS, do_classifier_free_guidance=False)

    assert positive.shape == (2, 24, 16)
    assert negative is None


def test_prompts_can_be_encoded_without_the_network(pipeline: MotifImageToVideoPipeline) -> None:
    others = dict.fromkeys(("vae", "unet", "scheduler"))
    encoder = MotifImageToVideoPipeline(**(pipeline.components | others))

    encoded = encoder.encode_prompt(PROMPTS)

    expected = pipeline.encode_prompt(PROMPTS)
    assert all(torch.equal(one, other) for one, other in zip(encoded, expected, strict=True))


def test_embeddings_are_repeated_for_each_video(pipeline: MotifImageToVideoPipeline) -> None:
    once, _ = pipeline.encode_prompt(PROMPTS)

    twice, _ = pipeline.encode_prompt(PROMPTS, num_videos_per_prompt=2)

    assert torch.equal(twice, once[[0, 0, 1, 1]])


def test_given_latents_replace_the_noise_of_the_generator(pipeline: MotifImageToVideoPipeline) -> None:
    noise = torch.randn(1, 4, 4, 8, 8, generator=torch.Generator().manual_seed(5))

    output = latents_of(pipeline, latents=noise)

    assert torch.equal(output, latents_of(pipeline, seed=5))


def test_guidance_rescale_gives_the_standard_deviation_of_the_conditional_prediction() -> None:
    unconditional, conditional = torch.randn(2, 3, 8, generator=torch.Generator().manual_seed(0))

    full = Guidance(scale=7.5, rescale=1.0)(unconditional, conditional)

    assert torch.allclose(full.std(dim=1), conditional.std(dim=1))
    half = Guidance(scale=7.5, rescale=0.5)(unconditional, conditional)
    plain = Guidance(scale=7.5)(unconditional, conditional)
    assert torch.allclose(half, (full + plain) / 2)


def test_guidance_rescale_reaches_the_steps(pipeline: MotifImageToVideoPipeline) -> None:
    plain, rescaled = latents_of(pipeline), latents_of(pipeline, guidance_rescale=0.7)

    assert rescaled.std() < plain.std()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"prompt": [PROMPTS]}, "prompt has a list; expected a string or a list of strings"),
        ({"prompt": 7}, "prompt is a int; expected a string or a list of strings"),
        ({"prompt": []}, "prompt is an empty list; expected a string or a list of strings"),
        ({"prompt": None}, "neither of prompt and prompt_embeds are given; expected exactly one"),
        ({"prompt_embeds": torch.zeros(2, 24, 16)}, "both of prompt and prompt_embeds are given"),
        ({"prompt": PROMPTS[0]}, "2 images and 1 prompts; expected one prompt per image"),
        ({"image": IMAGES[0]}, "1 images and 2 prompts; expected one prompt per image"),
        (
            {"negative_prompt": [NEGATIVE]},
            "negative_prompt has a list; expected a string or a list of strings",
        ),
        ({"negative_prompt": NEGATIVE[:1]}, "1 negative prompts and 2 prompts; expected one text for all"),
        (
            {"negative_prompt": "no", "negative_prompt_embeds": torch.zeros(2, 24, 16)},
            "both of negative_prompt and negative_prompt_embeds are given",
        ),
        ({"negative_prompt_embeds": torch.zeros(2, 7, 16)}, r"shape \(2, 7, 16\); expected \(2, 24, 16\)"),
        ({"negative_prompt_embeds": np.zeros(2)}, "negative_prompt_embeds is a ndarray; expected a tensor"),
        (
            {"prompt": None, "prompt_embeds": torch.zeros(24, 16)},
            r"prompt_embeds has shape \(24, 16\); expected \(prompts, tokens, channels\)",
        ),
        (
            {"prompt": None, "prompt_embeds": torch.zeros(2, 24, 8), "guidance_scale": 1.0},
            r"text has shape \(2, 24, 8\); expected \(2, 24, 16\)",
        ),
        (
            {"latents": torch.zeros(2, 4, 4, 8, 9)},
            r"latents has shape \(2, 4, 4, 8, 9\); expected \(2, 4, 4, 8, 8",
        ),
        (
            {"latents": torch.zeros(1, 4, 4, 8, 8)},
            r"latents has shape .*; expected \(2, 4, 4, 8, 8\): clips, cha",
        ),
        ({"latents": np.zeros((2, 4, 4, 8, 8))}, "latents is a ndarray; expected a tensor"),
        ({"generator": 42}, r"generator has a int; expected torch\.Generator"),
        (
            {"generator": generators(1, 2), "num_videos_per_prompt": 2},
            "2 generators for 4 clips; expected one",
        ),
        ({"num_videos_per_prompt": 0}, "num_videos_per_prompt is 0; expected an integer of at least 1"),
        ({"num_frames": [4]}, r"num_frames is \[4\]; expected an integer of at least 2"),
        ({"guidance_scale": [7.5]}, r"guidance_scale is \[7\.5\]; expected a number"),
        ({"guidance_rescale": 1.5}, r"guidance_rescale is 1\.5; expected a number from 0 to 1"),
        ({"output_type": ["np"]}, r"unknown output_type \['np'\]; expected one of np"),
    ],
)
def test_a_wrong_argument_is_refused_in_one_sentence(
    pipeline: MotifImageToVideoPipeline, arguments: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        pair_of(pipeline, **arguments)


@pytest.mark.parametrize("size", ["half", 0, 3])
def test_a_wrong_slice_size_is_refused(size: object) -> None:
    with pytest.raises(ValueError, match=f"slice_size is {size!r}; expected auto, max or a number from 1 to"):
        toy_pipeline().enable_attention_slicing(size)
