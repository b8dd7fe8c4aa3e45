"""Implements the image-to-video pipeline: DDIM sampling with classifier-free guidance."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.utils.torch_utils import randn_tensor
from safetensors import SafetensorError
from torch import Tensor
from transformers import CLIPTextModel, CLIPVisionModel, PreTrainedTokenizerBase
from transformers.image_processing_utils import BaseImageProcessor

from models.motif.checkpoints import check_stored_tensors
from models.motif.encoders import (
    Autoencoder,
    check_finite,
    decode_latents,
    encode_frames,
    encode_image_tokens,
    encode_text,
)
from models.motif.guidance import guided_prediction
from models.motif.input_image import InputImage, resize_and_crop
from models.motif.outputs import MotifPipelineOutput, OutputType, convert_frames, parse_output_type
from models.motif.patch_autoencoder import PatchAutoencoder
from models.motif.pipeline_inputs import (
    ClipShape,
    ConditioningInputs,
    Generators,
    SamplingParameters,
    as_batch_lists,
)
from models.motif.scheduler import MotifDDIMScheduler
from models.motif.unet import MotifUNet

# diffusers can load these classes by name only if their modules are imported already.
COMPONENT_CLASSES = (MotifUNet, MotifDDIMScheduler, PatchAutoencoder)

StepCallback = Callable[["MotifImageToVideoPipeline", int, int, dict[str, Tensor]], dict[str, Tensor] | None]


class MotifImageToVideoPipeline(DiffusionPipeline):
    """Generates clips from images and prompts.

    Args:
        vae: an `AutoencoderKL` of diffusers, or a class with the same interface.
        text_encoder: for VideoCrafter2's weights, the text encoder of OpenCLIP ViT-H.
        tokenizer: the text encoder's tokenizer.
        unet: the denoising network.
        scheduler: the noise scheduler.
        image_encoder: a CLIP vision model. The conditionings `cx-attn` and `both` need this image encoder and
            `image_processor`.
        image_processor: prepares images for the image encoder.
        height: default height in pixels; input images are resized and cropped to `height` and `width`.
        width: default width in pixels.
        num_frames: default number of frames.
        fps: default frame rate given to the network.
        skip_text_layers: see `encoders.encode_text` [open].
        residual_scale: with a value above 0, the network denoises (clip - first frame) * residual_scale
            instead of the clip. The paper has no such scale; the scale helps networks of toy size. 0 turns
            the scale off.
    """

    _optional_components = ["image_encoder", "image_processor"]  # noqa: RUF012  # diffusers wants a list
    vae: Autoencoder
    unet: MotifUNet
    scheduler: MotifDDIMScheduler

    def __init__(
        self,
        vae: Autoencoder,
        text_encoder: CLIPTextModel,
        tokenizer: PreTrainedTokenizerBase,
        unet: MotifUNet,
        scheduler: MotifDDIMScheduler,
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
            pipeline = super().from_pretrained(str(pretrained_model_name_or_path), **options)
        except SafetensorError as error:
            raise OSError(f"{pretrained_model_name_or_path}: a file is damaged ({error})") from error
        for name in ("text_encoder", "image_encoder"):
            folder = Path(pretrained_model_name_or_path) / name
            if folder.is_dir():
                check_stored_tensors(folder, getattr(pipeline, name))
        return pipeline

    @torch.no_grad()
    def __call__(
        self,
        image: InputImage | Sequence[InputImage],
        prompt: str | Sequence[str],
        *,
        negative_prompt: str = "",
        height: int | None = None,
        width: int | None = None,
        num_frames: int | None = None,
        fps: float | None = None,
        num_inference_steps: int = 50,
        guidance_scale: float = 7.5,
        eta: float = 0.0,
        generator: Generators | None = None,
        decode_chunk_size: int = 8,
        output_type: str = "np",
        callback_on_step_end: StepCallback | None = None,
    ) -> MotifPipelineOutput:
        """Generate one clip for each image and prompt; lists of images and prompts form a batch.

        Args:
            image: the input images: Pillow images or uint8 arrays (rows, columns, 3), preprocessed by
                `resize_and_crop`.
            prompt: the text prompts, one per image.
            negative_prompt: the unconditional text of classifier-free guidance.
            height: height of the clips in pixels (default: the pipeline's).
            width: width of the clips in pixels (default: the pipeline's).
            num_frames: number of frames per clip (default: the pipeline's).
            fps: frame rate given to the network (default: the pipeline's).
            num_inference_steps: number of DDIM steps.
            guidance_scale: strength of the guidance. Values of 1 or less disable guidance and halve the cost.
                The unconditional prediction also gets the input image [open].
            eta: amount of noise added per step: 0 gives deterministic DDIM, 1 gives as much noise as DDPM
                [open].
            generator: either one random generator per clip, so that a clip does not depend on its batch, or
                one generator for all clips.
            decode_chunk_size: frames per forward pass of the decoder.
            output_type: see `outputs.OutputType`.
            callback_on_step_end: function that is called after each step with the pipeline, the step index,
                the timestep and the latents. The function may return new latents, which replace the step's
                latents.

        Raises:
            TypeError: an image is neither a Pillow image nor a uint8 RGB array.
            ValueError: the numbers of images and prompts differ, or an argument is out of range.
            NotFinite: the latents became NaN or infinite.
        """
        output = parse_output_type(output_type)
        images, prompts = as_batch_lists(image, prompt, generator)
        shape = self._clip_shape(height, width, num_frames, fps)
        sampling = SamplingParameters(num_inference_steps, guidance_scale, eta, generator, decode_chunk_size)
        pixels = torch.stack([resize_and_crop(one, height=shape.height, width=shape.width) for one in images])
        image_latents = self._image_latents(pixels)
        texts = [negative_prompt] * len(prompts) + prompts if sampling.uses_guidance else prompts
        conditions = self._conditioning_inputs(pixels, image_latents, texts, shape.fps)
        noise_shape = (*image_latents.shape[:2], shape.num_frames, *image_latents.shape[2:])
        noise: Tensor = randn_tensor(noise_shape, generator, self._execution_device, torch.float32)
        latents = self._denoise(noise, conditions, sampling, callback_on_step_end)
        if self.config["residual_scale"] > 0:
            latents = image_latents.unsqueeze(2) + latents / self.config["residual_scale"]
        if output is OutputType.LATENT:
            return MotifPipelineOutput(latents)
        frames = decode_latents(self.vae, latents, chunk=decode_chunk_size)
        return MotifPipelineOutput(convert_frames(frames, output))

    def _clip_shape(
        self, height: int | None, width: int | None, num_frames: int | None, fps: float | None
    ) -> ClipShape:
        """Return the requested shape; missing values are taken from the pipeline's config."""
        asked: dict[str, Any] = {"height": height, "width": width, "num_frames": num_frames, "fps": fps}
        return ClipShape(**{name: self.config[name] if it is None else it for name, it in asked.items()})

    def _image_latents(self, pixels: Tensor) -> Tensor:
        """Encode images, (batch, 3, height, width), to (batch, channels, latent height, latent width)."""
        latents = encode_frames(self.vae, pixels)
        for name, side, latent in zip(("height", "width"), pixels.shape[2:], latents.shape[2:], strict=True):
            if side % latent:
                raise ValueError(f"{name} is {side}; expected a multiple of the autoencoder's patch size")
        return latents

    def _conditioning_inputs(
        self, pixels: Tensor, image_latents: Tensor, texts: Sequence[str], fps: float
    ) -> ConditioningInputs:
        """Return the network's conditioning inputs. With guidance, `texts` has two texts per image."""
        device, dtype = self._execution_device, self.unet.dtype
        texts_per_image = len(texts) // len(pixels)
        text = encode_text(
            self.tokenizer, self.text_encoder, texts, skip_layers=self.config["skip_text_layers"]
        )
        conditioning = self.unet.conditioning
        tokens = self._image_tokens(pixels).repeat(texts_per_image, 1, 1) if conditioning.attends else None
        latents = image_latents.repeat(texts_per_image, 1, 1, 1) if conditioning.concatenates else None
        return ConditioningInputs(
            text=text.to(device, dtype),
            fps=torch.full((len(texts),), fps, device=device),
            image_latents=None if latents is None else latents.to(device, dtype),
            image_tokens=None if tokens is None else tokens.to(device, dtype),
        )

    def _image_tokens(self, pixels: Tensor) -> Tensor:
        if self.image_encoder is None or self.image_processor is None:
            raise ValueError(
                f"a network with conditioning {self.unet.conditioning} attends to image tokens: the pipeline "
                "needs an image_encoder and an image_processor"
            )
        return encode_image_tokens(self.image_processor, self.image_encoder, pixels)

    def _denoise(
        self,
        latents: Tensor,
        conditions: ConditioningInputs,
        sampling: SamplingParameters,
        callback: StepCallback | None,
    ) -> Tensor:
        """Denoise latents (batch, channels, frames, height, width); the latents are float32 in every step."""
        self.scheduler.set_timesteps(sampling.num_inference_steps)
        for number, timestep in enumerate(self.progress_bar(self.scheduler.timesteps.tolist())):
            predicted = guided_prediction(self.unet, latents, timestep, conditions, sampling.guidance_scale)
            noise = None
            if sampling.eta > 0:
                noise = randn_tensor(latents.shape, sampling.generator, latents.device)
            latents = self.scheduler.step(predicted, timestep, latents, sampling.eta, variance_noise=noise)[0]
            if callback is not None:
                replaced = callback(self, number, timestep, {"latents": latents})
                latents = latents if replaced is None else replaced["latents"]
        check_finite("latents of the clips", latents)
        return latents
