"""Defines the components and settings of the pipeline, loads them, and encodes prompts and images."""

import os
from typing import Any, Self

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.schedulers.scheduling_utils import KarrasDiffusionSchedulers
from safetensors import SafetensorError
from torch import Tensor
from transformers import CLIPTextModel, CLIPVisionModel, PreTrainedTokenizerBase
from transformers.image_processing_utils import BaseImageProcessor

from models.motif.checkpoints import check_component
from models.motif.encoders import Autoencoder
from models.motif.image_inputs import ImageInputEncoder
from models.motif.lora import MotifLoraMixin
from models.motif.patch_autoencoder import PatchAutoencoder
from models.motif.pipeline_inputs import ConditioningInputs
from models.motif.prompts import PromptEncoder, Texts
from models.motif.scheduler import MotifDDIMScheduler
from models.motif.unet import MotifUNet


class MotifComponents(DiffusionPipeline, MotifLoraMixin):
    """Holds the components and settings of the pipeline.

    Args:
        vae: an `AutoencoderKL` of diffusers, or a `PatchAutoencoder`.
        text_encoder: for VideoCrafter2's weights, the text encoder of OpenCLIP ViT-H. A pipeline without text
            encoder and tokenizer needs `prompt_embeds` in every call.
        tokenizer: the text encoder's tokenizer.
        unet: the denoising network.
        scheduler: `MotifDDIMScheduler`, or another scheduler of diffusers with the same noise schedule, for
            example `UniPCMultistepScheduler.from_config(pipeline.scheduler.config)`; see `sampler`.
        image_encoder: a CLIP vision model. The conditionings `cx-attn` and `both` need this image encoder and
            `image_processor`.
        image_processor: prepares images for the image encoder.
        height: default height in pixels; input images are resized and cropped to `height` and `width`.
        width: default width in pixels.
        num_frames: default number of frames.
        fps: default frame rate given to the network.
        skip_text_layers: number of final text encoder layers to skip; see `encoders.encode_text`. The paper
            does not state this number.
        residual_scale: with a value above 0, the network denoises (clip - first frame) * residual_scale
            instead of the clip. The paper has no residual scale; the scale helps networks of toy size. 0
            turns the scale off.
    """

    _optional_components = ["image_encoder", "image_processor"]  # noqa: RUF012  # diffusers wants a list
    model_cpu_offload_seq = "text_encoder->image_encoder->unet->vae"  # type: ignore[assignment]
    vae: Autoencoder
    unet: MotifUNet
    scheduler: Any  # any scheduler; training sets a MotifDDIMScheduler

    def __init__(
        self,
        vae: AutoencoderKL | PatchAutoencoder,
        text_encoder: CLIPTextModel | None,
        tokenizer: PreTrainedTokenizerBase | None,
        unet: MotifUNet,
        scheduler: KarrasDiffusionSchedulers | MotifDDIMScheduler,
        image_encoder: CLIPVisionModel | None = None,
        image_processor: BaseImageProcessor | None = None,
        height: int = 320,
        width: int = 512,
        num_frames: int = 16,
        fps: int = 8,
        skip_text_layers: int = 0,
        residual_scale: float = 0.0,
    ) -> None:
        super().__init__()
        # Check here, because `DiffusionPipeline.from_pretrained` calls no other method of this class.
        check_component("text_encoder", text_encoder)
        check_component("image_encoder", image_encoder)
        self.register_modules(  # type: ignore[no-untyped-call]  # diffusers'
            vae=vae,
            text_encoder=text_encoder,
            tokenizer=tokenizer,
            unet=unet,
            scheduler=scheduler,
            image_encoder=image_encoder,
            image_processor=image_processor,
        )
        self.register_to_config(  # type: ignore[no-untyped-call]  # diffusers'
            height=height,
            width=width,
            num_frames=num_frames,
            fps=fps,
            skip_text_layers=skip_text_layers,
            residual_scale=residual_scale,
        )

    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str], **options: object
    ) -> Self:
        """Load a pipeline as diffusers does, but fail if any tensor is missing.

        Raises:
            CheckpointError: tensors are missing.
            OSError: the folder does not exist, or a file is damaged.
        """
        try:
            return super().from_pretrained(str(pretrained_model_name_or_path), **options)
        except SafetensorError as error:
            raise OSError(f"{pretrained_model_name_or_path}: a file is damaged ({error})") from error

    @torch.no_grad()
    def encode_prompt(
        self,
        prompt: Texts | None = None,
        negative_prompt: Texts | None = None,
        do_classifier_free_guidance: bool = True,
        num_videos_per_prompt: int = 1,
        prompt_embeds: Tensor | None = None,
        negative_prompt_embeds: Tensor | None = None,
    ) -> tuple[Tensor, Tensor | None]:
        """Return the embeddings of prompts and negative prompts; only the text encoder is needed.

        Returns:
            The embeddings of the prompts, (prompts * num_videos_per_prompt, tokens, channels), and the
            embeddings of the negative prompts, in the same shape. Without guidance, the second value is None.

        Raises:
            ValueError: an argument has the wrong type, number or shape.
        """
        device = self._execution_device
        encoder = PromptEncoder(self.tokenizer, self.text_encoder, self.config["skip_text_layers"], device)
        encoded = encoder.positive(prompt, prompt_embeds)
        if do_classifier_free_guidance:
            negative = encoder.negative(negative_prompt, negative_prompt_embeds, like=encoded)
            negative_prompt_embeds = negative.to(device).repeat_interleave(num_videos_per_prompt, dim=0)
        else:
            negative_prompt_embeds = None
        prompt_embeds = encoded.to(device).repeat_interleave(num_videos_per_prompt, dim=0)
        return prompt_embeds, negative_prompt_embeds

    def encode_images(
        self, pixels: Tensor, fps: float, num_videos_per_prompt: int
    ) -> tuple[Tensor, ConditioningInputs]:
        """Return the image latents of each clip, float32, and the network's conditioning inputs.

        Args:
            pixels: (images, 3, height, width) float in [-1, 1], on any device.
            fps: the frame rate given to the network.
            num_videos_per_prompt: number of clips per image.
        """
        device, dtype, conditioning = self._execution_device, self.unet.dtype, self.unet.conditioning
        encoder = ImageInputEncoder(self.vae, self.image_encoder, self.image_processor, device)
        latents = encoder.latents(pixels).repeat_interleave(num_videos_per_prompt, dim=0)
        tokens = None
        if conditioning.attends:
            tokens = encoder.tokens(pixels).to(dtype).repeat_interleave(num_videos_per_prompt, dim=0)
        return latents, ConditioningInputs(
            fps=torch.full((len(latents),), fps, device=device),
            image_latents=latents.to(dtype) if conditioning.concatenates else None,
            image_tokens=tokens,
        )
