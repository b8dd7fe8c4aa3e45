"""Applies classifier-free guidance: one forward pass gives the conditional and unconditional predictions.

Sources: J. Ho, T. Salimans (2022), Classifier-Free Diffusion Guidance, arXiv:2207.12598. For the rescaling:
S. Lin, B. Liu, J. Li, X. Yang (2023), Common Diffusion Noise Schedules and Sample Steps are Flawed,
arXiv:2305.08891.
"""

from dataclasses import dataclass

from torch import Tensor

from models.motif.pipeline_inputs import ConditioningInputs
from models.motif.unet import MotifUNet


@dataclass(frozen=True)
class Guidance:
    """Strength of classifier-free guidance.

    Attributes:
        scale: strength of the guidance; the guided prediction is unconditional + scale * (conditional -
            unconditional).
        rescale: phi in [0, 1]. The prediction is multiplied by phi * r + 1 - phi. The ratio r is the standard
            deviation of the clip's conditional prediction, divided by the standard deviation of the clip's
            guided prediction.
    """

    scale: float
    rescale: float = 0.0

    def __call__(self, unconditional: Tensor, conditional: Tensor) -> Tensor:
        """Return the guided prediction; each prediction and the result have the shape (clips, ...)."""
        guided = unconditional + self.scale * (conditional - unconditional)
        if not self.rescale:
            return guided
        ratio = _standard_deviation(conditional) / _standard_deviation(guided)
        return guided * (self.rescale * ratio + 1 - self.rescale)


def predict(
    unet: MotifUNet,
    latents: Tensor,
    timestep: Tensor,
    text: Tensor,
    conditions: ConditioningInputs,
    guidance: Guidance,
) -> Tensor:
    """Return the network's prediction. If there are unconditional text embeddings, the prediction is guided.

    Args:
        unet: the denoising network.
        latents: (clips, channels, frames, height, width) float32, the noisy latents.
        timestep: the timestep, which is the same for all clips.
        text: without guidance, the embeddings of the prompts, (clips, tokens, channels). With guidance, (2 *
            clips, tokens, channels): first the unconditional embeddings of all clips, then the embeddings of
            the prompts.
        conditions: the conditioning inputs of the network besides the text.
        guidance: strength of the guidance.

    Returns:
        The prediction, shaped like `latents`, float32.

    Raises:
        ValueError: the number of embeddings does not equal the number of clips, or twice the number of
            clips.
    """
    clips = len(latents)
    if len(text) not in (clips, 2 * clips):
        raise ValueError(f"{len(text)} text embeddings for {clips} clips; expected one or two per clip")
    copies = len(text) // clips

    def repeat(tensor: Tensor | None) -> Tensor | None:
        return None if tensor is None else tensor.repeat(copies, *[1] * (tensor.ndim - 1))

    predicted: Tensor = unet(
        latents.repeat(copies, 1, 1, 1, 1).to(unet.dtype),
        timestep.to(latents.device).expand(len(text)),
        text,
        repeat(conditions.fps),
        repeat(conditions.image_latents),
        repeat(conditions.image_tokens),
    ).float()
    return predicted if copies == 1 else guidance(*predicted.chunk(2))


def _standard_deviation(clips: Tensor) -> Tensor:
    return clips.std(dim=tuple(range(1, clips.ndim)), keepdim=True)
