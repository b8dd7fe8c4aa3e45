"""Small mends around pipelines of diffusers; none changes what a network computes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from diffusers.pipelines.pipeline_utils import DiffusionPipeline

# Keeps the noise of the image's encoding apart from that of the clip, which begins with the same seed.
_ENCODING = 0x5EED


def mend_text_encoder(pipeline: "DiffusionPipeline") -> None:
    """Give a CLIP text encoder back the attribute transformers 5.6 took away; I2VGen-XL asks for it."""
    encoder = getattr(pipeline, "text_encoder", None)
    if hasattr(encoder, "final_layer_norm") and not hasattr(encoder, "text_model"):
        # Past nn.Module's own setter: a module must not be its own child.
        object.__setattr__(encoder, "text_model", encoder)


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
