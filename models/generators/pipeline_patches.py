"""Patches those diffusers pipelines that need changes to run correctly.

No patch changes the computation of a network.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from models.generators.base import BadInput, CannotRun, Frames
from models.generators.machine import missing_package

if TYPE_CHECKING:
    from models.generators.diffusers_classes import Pipeline

# The image encoding and the clip have the same seed. This number makes their random numbers differ.
_ENCODING_SALT = 0x5EED


def patch_pipeline(pipeline: "Pipeline") -> None:
    """Apply all patches that a newly loaded pipeline needs.

    Raises:
        CannotRun: the network needs a package that is not installed.
    """
    _patch_text_encoder(pipeline)
    _patch_attention(pipeline)
    _patch_guardrail(pipeline)
    _check_padding_mask(pipeline)


def _patch_text_encoder(pipeline: "Pipeline") -> None:
    """Restore the attribute `text_model` of CLIP encoders for I2VGen-XL, which transformers 5.6 removed."""
    encoder = getattr(pipeline, "text_encoder", None)
    if hasattr(encoder, "final_layer_norm") and not hasattr(encoder, "text_model"):
        # Bypass the setter of nn.Module, which would register the module as its own child.
        object.__setattr__(encoder, "text_model", encoder)


def _patch_attention(pipeline: "Pipeline") -> None:
    """Select the attention backend `flex`: Kandinsky 5 Pro's sparse attention (NABLA) needs block masks."""
    from diffusers import attention_backend

    if _transformer_config(pipeline).get("attention_type") == "nabla":
        # set_attention_backend also changes the default for models loaded later; the context manager restores
        # the default.
        with attention_backend("flex"):  # type: ignore[no-untyped-call]  # diffusers leaves it so
            pipeline.transformer.set_attention_backend("flex")


def _patch_guardrail(pipeline: "Pipeline") -> None:
    """Raise a clear error when NVIDIA's guardrail refuses a prompt or clip.

    After a refusal the guardrail returns None, and None would crash the pipeline of Cosmos.
    """
    guardrail = getattr(pipeline, "safety_checker", None)
    if guardrail is None or not hasattr(guardrail, "check_video_safety"):
        return
    check_prompt, check_clip = guardrail.check_text_safety, guardrail.check_video_safety

    def checked_prompt(prompt: str) -> bool:
        if not check_prompt(prompt):
            raise BadInput("The guardrail of this model refused the prompt.")
        return True

    def checked_clip(frames: Frames) -> Frames:
        allowed: Frames | None = check_clip(frames)
        if allowed is None:
            raise BadInput("The guardrail of this model refused the generated clip.")
        return allowed

    guardrail.check_text_safety, guardrail.check_video_safety = checked_prompt, checked_clip


def _check_padding_mask(pipeline: "Pipeline") -> None:
    if _transformer_config(pipeline).get("concat_padding_mask") and missing_package(("torchvision",)):
        raise CannotRun("The network needs the package torchvision, in the build that matches torch.")


def _transformer_config(pipeline: "Pipeline") -> Mapping[str, object]:
    transformer = getattr(pipeline, "transformer", None)
    return {} if transformer is None else transformer.config


@contextmanager
def seeded(pipeline: "Pipeline", seeds: Sequence[int]) -> Iterator[list[torch.Generator]]:
    """Yield one random generator per clip; make the pipeline's other random numbers depend on the seeds.

    Some pipelines, such as I2VGen-XL, sample the latents of the input image without the random generator of
    the call. Without this function, the clips of such pipelines would depend on earlier calls and on the
    position in the batch.
    """
    vae = getattr(pipeline, "vae", None)
    original = getattr(vae, "encode", None)
    encoding = [torch.Generator().manual_seed(seed ^ _ENCODING_SALT) for seed in seeds]
    with torch.random.fork_rng(devices=_cuda_devices()):
        torch.manual_seed(seeds[0])
        if vae is not None and original is not None:
            vae.encode = _encode_with_generators(original, encoding)
        try:
            yield [torch.Generator().manual_seed(seed) for seed in seeds]
        finally:
            if vae is not None and original is not None:
                del vae.encode


def _encode_with_generators(
    encode: Callable[..., object], generators: list[torch.Generator]
) -> Callable[..., object]:
    """Wrap `encode` of a VAE: if a call passes no random generator, latents are sampled with `generators`."""

    def wrapped(pixels: Tensor, *arguments: object, **options: object) -> object:
        output = encode(pixels, *arguments, **options)
        distribution = getattr(output, "latent_dist", None)
        if distribution is not None:
            sample = distribution.sample
            default = generators if len(pixels) == len(generators) > 1 else generators[0]
            distribution.sample = lambda generator=None: sample(
                generator if generator is not None else default
            )
        return output

    return wrapped


def _cuda_devices() -> list[int]:
    return list(range(torch.cuda.device_count()))
