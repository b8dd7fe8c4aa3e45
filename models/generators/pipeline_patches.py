"""Small mends around pipelines of diffusers; none changes what a network computes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from models.generators.base import BadInput, CannotRun, Frames
from models.generators.machine import missing_package

if TYPE_CHECKING:
    from diffusers.pipelines.pipeline_utils import DiffusionPipeline

# Keeps the noise of the image's encoding apart from that of the clip, which begins with the same seed.
_ENCODING = 0x5EED


def mend(pipeline: "DiffusionPipeline") -> None:
    """Make a pipeline that was just loaded fit to run here.

    Raises:
        CannotRun: its network needs a package that is not installed.
    """
    _mend_text_encoder(pipeline)
    _mend_attention(pipeline)
    _mend_guardrail(pipeline)
    _check_padding_mask(pipeline)


def _mend_text_encoder(pipeline: "DiffusionPipeline") -> None:
    """Give a CLIP text encoder back the attribute transformers 5.6 took away; I2VGen-XL asks for it."""
    encoder = getattr(pipeline, "text_encoder", None)
    if hasattr(encoder, "final_layer_norm") and not hasattr(encoder, "text_model"):
        # Past nn.Module's own setter: a module must not be its own child.
        object.__setattr__(encoder, "text_model", encoder)


def _mend_attention(pipeline: "DiffusionPipeline") -> None:
    """Run sparse attention (NABLA of Kandinsky 5 Pro) on flex: the usual backend takes no block masks."""
    from diffusers import attention_backend

    if _config_of_transformer(pipeline).get("attention_type") == "nabla":
        # Setting it for one network sets it for all that are loaded later; leaving the context undoes that.
        with attention_backend("flex"):  # type: ignore[no-untyped-call]  # diffusers leaves it so
            pipeline.transformer.set_attention_backend("flex")


def _mend_guardrail(pipeline: "DiffusionPipeline") -> None:
    """Say it plainly when NVIDIA's guardrail refuses: Cosmos stumbles over its empty answer to a clip."""
    guardrail = getattr(pipeline, "safety_checker", None)
    if guardrail is None or not hasattr(guardrail, "check_video_safety"):
        return
    check_prompt, check_clip = guardrail.check_text_safety, guardrail.check_video_safety

    def checked_prompt(prompt: str) -> bool:
        if not check_prompt(prompt):
            raise BadInput("The guardrail of this model refuses the prompt.")
        return True

    def checked_clip(frames: Frames) -> Frames:
        allowed: Frames | None = check_clip(frames)
        if allowed is None:
            raise BadInput("The guardrail of this model refuses the clip it made.")
        return allowed

    guardrail.check_text_safety, guardrail.check_video_safety = checked_prompt, checked_clip


def _check_padding_mask(pipeline: "DiffusionPipeline") -> None:
    if _config_of_transformer(pipeline).get("concat_padding_mask") and missing_package(("torchvision",)):
        raise CannotRun("Its network needs the package torchvision, in the build that fits torch.")


def _config_of_transformer(pipeline: "DiffusionPipeline") -> Mapping[str, object]:
    transformer = getattr(pipeline, "transformer", None)
    return {} if transformer is None else transformer.config


@contextmanager
def seeded(pipeline: "DiffusionPipeline", seeds: Sequence[int]) -> Iterator[list[torch.Generator]]:
    """Yield a generator for each clip, and let nothing in the call draw from anywhere else.

    Some pipelines, I2VGen-XL among them, sample the input image's latents without their generator: the clip
    would depend on what ran before it, and on its place in the batch.
    """
    vae = getattr(pipeline, "vae", None)
    original = getattr(vae, "encode", None)
    encoding = [torch.Generator().manual_seed(seed ^ _ENCODING) for seed in seeds]
    with torch.random.fork_rng(devices=_cuda_devices()):
        torch.manual_seed(seeds[0])
        if vae is not None and original is not None:
            vae.encode = _sampling_with(original, encoding)
        try:
            yield [torch.Generator().manual_seed(seed) for seed in seeds]
        finally:
            if vae is not None and original is not None:
                del vae.encode


def _sampling_with(encode: Callable[..., object], generators: list[torch.Generator]) -> Callable[..., object]:
    """Return an encode whose distribution, asked for a sample without a generator, takes these."""

    def encoded(pixels: Tensor, *arguments: object, **options: object) -> object:
        outcome = encode(pixels, *arguments, **options)
        distribution = getattr(outcome, "latent_dist", None)
        if distribution is not None:
            sample = distribution.sample
            usual = generators if len(pixels) == len(generators) > 1 else generators[0]
            distribution.sample = lambda generator=None: sample(generator if generator is not None else usual)
        return outcome

    return encoded


def _cuda_devices() -> list[int]:
    return list(range(torch.cuda.device_count()))
