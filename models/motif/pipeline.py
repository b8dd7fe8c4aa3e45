"""Image and prompt to clip: DDIM with classifier-free guidance, as a pipeline of diffusers."""

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

from models.motif.checkpoints import check_stored
from models.motif.encoders import (
    Autoencoder,
    check_finite,
    decode_latents,
    encode_frames,
    encode_image_tokens,
    encode_text,
)
from models.motif.input_image import Picture, fitted
from models.motif.outputs import MotifPipelineOutput, OutputType, formed, output_type_named
from models.motif.patch_autoencoder import PatchAutoencoder
from models.motif.pipeline_inputs import ClipForm, Conditions, Generators, Sampling, as_batch
from models.motif.scheduler import MotifDDIMScheduler
from models.motif.unet import MotifUNet

# diffusers loads a component only from a module that is imported already; a stored pipeline may name these.
COMPONENT_CLASSES = (MotifUNet, MotifDDIMScheduler, PatchAutoencoder)

StepCallback = Callable[["MotifImageToVideoPipeline", int, int, dict[str, Tensor]], dict[str, Tensor] | None]


class MotifImageToVideoPipeline(DiffusionPipeline):
    """Animates images by prompts.

    Args:
        vae: diffusers' `AutoencoderKL`, or anything with its interface.
        text_encoder: OpenCLIP ViT-H's text half for VideoCrafter2's weights.
        image_encoder: a CLIP vision model; needed, with its image_processor, where the network attends to
            images.
        height: the native size in pixels, to which images are fitted.
        num_frames: frames of a clip where a call names none.
        fps: frames a second the network is told where a call names none.
        skip_text_layers: see `encoding.encode_text` [open].
        residual_scale: above 0 the network denoises what a clip adds to its first image, times this, instead
            of the clip [open]: a device of ours for networks of toy size. 0 is the paper's way.
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
        """Load as diffusers does, every tensor from its file.

        Raises:
            CheckpointError: tensors are missing.
            OSError: there is no such folder, or a file is damaged.
        """
        try:
            pipeline = super().from_pretrained(str(pretrained_model_name_or_path), **options)
        except SafetensorError as error:
            raise OSError(f"{pretrained_model_name_or_path}: a file is damaged ({error})") from error
        for name in ("text_encoder", "image_encoder"):
            folder = Path(pretrained_model_name_or_path) / name
            if folder.is_dir():
                check_stored(folder, getattr(pipeline, name))
        return pipeline

    @torch.no_grad()
    def __call__(
        self,
        image: Picture | Sequence[Picture],
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
        """Animate each image by its prompt; lists make a batch.

        Args:
            image: Pillow images or uint8 arrays (rows, columns, 3); fitted by `pictures.fitted`.
            negative_prompt: the text guidance leads away from.
            guidance_scale: 1 or less is no guidance and half the work. The image is never dropped [open].
            eta: 0 is deterministic DDIM, 1 adds as much noise as DDPM [open].
            generator: one for each clip, so that a clip does not depend on what else is in the batch, or one.
            decode_chunk_size: frames decoded at once.
            output_type: see `outputs.OutputType`.
            callback_on_step_end: called with the pipeline, the step's number, its timestep and the latents
                after it; may return latents to go on with.

        Raises:
            TypeError: an image is neither a Pillow image nor an array.
            ValueError: images and prompts differ in number, or a size or number is out of range.
            NotFinite: latents became NaN or infinite.
        """
        output = output_type_named(output_type)
        images, prompts = as_batch(image, prompt, generator)
        form = self._form(height, width, num_frames, fps)
        sampling = Sampling(num_inference_steps, guidance_scale, eta, generator, decode_chunk_size)
        pixels = torch.stack([fitted(one, height=form.height, width=form.width) for one in images])
        image_latents = self._image_latents(pixels)
        texts = [negative_prompt] * len(prompts) + prompts if sampling.guided else prompts
        conditions = self._conditions(pixels, image_latents, texts, form.fps)
        noise = self._noise(image_latents, form.num_frames, generator)
        latents = self._denoise(noise, conditions, sampling, callback_on_step_end)
        if self.config["residual_scale"] > 0:
            latents = image_latents.unsqueeze(2) + latents / self.config["residual_scale"]
        return self._handed_out(latents, output, sampling.decode_chunk_size)

    def _handed_out(self, latents: Tensor, output: OutputType, chunk: int) -> MotifPipelineOutput:
        if output is OutputType.LATENT:
            return MotifPipelineOutput(latents)
        return MotifPipelineOutput(formed(decode_latents(self.vae, latents, chunk=chunk), output))

    def _form(
        self, height: int | None, width: int | None, num_frames: int | None, fps: float | None
    ) -> ClipForm:
        """Return the form a call wants; what it leaves open is the pipeline's own."""
        asked: dict[str, Any] = {"height": height, "width": width, "num_frames": num_frames, "fps": fps}
        return ClipForm(**{name: self.config[name] if it is None else it for name, it in asked.items()})

    def _image_latents(self, pixels: Tensor) -> Tensor:
        """Return the latents of images, (batch, channels, latent height, latent width)."""
        latents = encode_frames(self.vae, pixels)
        for name, side, latent in zip(("height", "width"), pixels.shape[2:], latents.shape[2:], strict=True):
            if side % latent:
                raise ValueError(f"{name} is {side}; expected a multiple of the autoencoder's patch")
        return latents

    def _conditions(
        self, pixels: Tensor, image_latents: Tensor, texts: Sequence[str], fps: float
    ) -> Conditions:
        """Gather what the network is told; pixels and latents are repeated for each round of texts."""
        device, dtype = self._execution_device, self.unet.dtype
        rounds = len(texts) // len(pixels)
        text = encode_text(
            self.tokenizer, self.text_encoder, texts, skip_layers=self.config["skip_text_layers"]
        )
        conditioning = self.unet.conditioning
        tokens = self._image_tokens(pixels).repeat(rounds, 1, 1) if conditioning.attends else None
        latents = image_latents.repeat(rounds, 1, 1, 1) if conditioning.concatenates else None
        return Conditions(
            text=text.to(device, dtype),
            fps=torch.full((len(texts),), fps, device=device),
            image_latents=None if latents is None else latents.to(device, dtype),
            image_tokens=None if tokens is None else tokens.to(device, dtype),
        )

    def _image_tokens(self, pixels: Tensor) -> Tensor:
        if self.image_encoder is None or self.image_processor is None:
            raise ValueError(
                f"a network with {self.unet.conditioning} attends to image tokens: the pipeline needs an "
                "image_encoder and an image_processor"
            )
        return encode_image_tokens(self.image_processor, self.image_encoder, pixels)

    def _noise(self, image_latents: Tensor, frames: int, generator: Generators | None) -> Tensor:
        batch, channels, height, width = image_latents.shape
        shape = (batch, channels, frames, height, width)
        noise: Tensor = randn_tensor(shape, generator, self._execution_device, torch.float32)
        return noise

    def _denoise(
        self, latents: Tensor, conditions: Conditions, sampling: Sampling, callback: StepCallback | None
    ) -> Tensor:
        """Return clean latents; they are kept in float32, whatever the network computes in."""
        self.scheduler.set_timesteps(sampling.num_inference_steps)
        for number, timestep in enumerate(self.progress_bar(self.scheduler.timesteps.tolist())):
            predicted = self._predict(latents, timestep, conditions, sampling)
            fresh = None
            if sampling.eta > 0:
                fresh = randn_tensor(latents.shape, sampling.generator, latents.device)
            latents = self.scheduler.step(predicted, timestep, latents, sampling.eta, variance_noise=fresh)[0]
            if callback is not None:
                changed = callback(self, number, timestep, {"latents": latents})
                latents = latents if changed is None else changed["latents"]
        check_finite("latents of the clips", latents)
        return latents

    def _predict(self, latents: Tensor, timestep: int, conditions: Conditions, sampling: Sampling) -> Tensor:
        """Return the prediction at a timestep; with guidance one call answers with and without the text."""
        batch = len(conditions.fps)
        predicted: Tensor = self.unet(
            latents.repeat(batch // len(latents), 1, 1, 1, 1).to(self.unet.dtype),
            torch.full((batch,), timestep, device=latents.device),
            conditions.text,
            conditions.fps,
            conditions.image_latents,
            conditions.image_tokens,
        ).float()
        if not sampling.guided:
            return predicted
        without, with_text = predicted.chunk(2)
        return without + sampling.guidance_scale * (with_text - without)
