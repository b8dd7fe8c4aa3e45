"""Implements the image-to-video pipeline: sampling with classifier-free guidance."""

from collections.abc import Sequence
from typing import Any

import diffusers
import torch
from torch import Tensor

from models.motif.encoders import check_finite, decode_latents
from models.motif.guidance import Guidance, predict
from models.motif.input_image import InputImages, preprocess_images
from models.motif.outputs import Clips, MotifPipelineOutput, OutputType, convert_frames, parse_output_type
from models.motif.pipeline_components import MotifComponents
from models.motif.pipeline_inputs import (
    ClipShape,
    ConditioningInputs,
    Generators,
    as_generators,
    check_batch,
    check_sampling_arguments,
    initial_noise,
)
from models.motif.prompts import Texts
from models.motif.sampler import Sampler
from models.motif.step_callback import CALLBACK_TENSORS, CallbackFunction, StepCallback


class MotifImageToVideoPipeline(MotifComponents):
    """Generates clips from images and prompts; `MotifComponents` describes the arguments.

    Attributes:
        guidance_scale: strength of the guidance in the current call; a callback may set `_guidance_scale`.
        num_timesteps: number of sampling steps of the current call.
        interrupt: whether the remaining steps are skipped; a callback may set `_interrupt`.
    """

    _callback_tensor_inputs = list(CALLBACK_TENSORS)  # noqa: RUF012  # diffusers wants a list
    _guidance_scale = 1.0
    _num_timesteps = 0
    _interrupt = False

    @property
    def guidance_scale(self) -> float:
        return self._guidance_scale

    @property
    def num_timesteps(self) -> int:
        return self._num_timesteps

    @property
    def interrupt(self) -> bool:
        return self._interrupt

    @torch.no_grad()
    def __call__(
        self,
        image: InputImages,
        prompt: Texts | None = None,
        negative_prompt: Texts | None = None,
        *,
        height: int | None = None,
        width: int | None = None,
        num_frames: int | None = None,
        fps: float | None = None,
        num_inference_steps: int = 50,
        guidance_scale: float = 7.5,
        guidance_rescale: float = 0.0,
        eta: float = 0.0,
        num_videos_per_prompt: int = 1,
        generator: Generators | Sequence[torch.Generator] | None = None,
        latents: Tensor | None = None,
        prompt_embeds: Tensor | None = None,
        negative_prompt_embeds: Tensor | None = None,
        decode_chunk_size: int = 8,
        output_type: str = "np",
        return_dict: bool = True,
        callback_on_step_end: CallbackFunction | None = None,
        callback_on_step_end_tensor_inputs: Sequence[str] = ("latents",),
    ) -> Any:  # an output or a tuple, as in diffusers
        """Generate clips; lists of images and prompts form a batch.

        Args:
            image: one image per prompt; see `preprocess_images` for the types.
            prompt: the text prompts.
            negative_prompt: the unconditional text of classifier-free guidance. One text applies to all
                prompts; a list has one text per prompt. The default is the empty text.
            height: height of the clips in pixels (default: the pipeline's height).
            width: width of the clips in pixels (default: the pipeline's width).
            num_frames: number of frames per clip (default: the pipeline's number of frames).
            fps: frame rate given to the network (default: the pipeline's frame rate).
            num_inference_steps: number of sampling steps.
            guidance_scale: strength of the guidance. Values of `guidance_scale` up to 1 disable guidance and
                halve the cost. The unconditional prediction also gets the input image. The paper does not
                state whether its unconditional prediction gets the image.
            guidance_rescale: see `guidance.Guidance`; 0 turns rescaling off.
            eta: amount of noise added per step of DDIM: 0 gives deterministic DDIM, 1 gives as much noise as
                DDPM. The paper does not state its eta.
            num_videos_per_prompt: number of clips per image and prompt. The clips of a prompt are
                consecutive.
            generator: one random generator for all clips, or a list with one generator per clip. With a list,
                a clip does not depend on the other clips of its batch.
            latents: standard normal noise from which sampling starts, (clips, channels, frames, latent
                height, latent width). By default, `generator` draws the noise.
            prompt_embeds: text embeddings instead of `prompt`; see `encode_prompt`.
            negative_prompt_embeds: text embeddings instead of `negative_prompt`.
            decode_chunk_size: frames per forward pass of the decoder.
            output_type: see `outputs.OutputType`.
            return_dict: whether to return a `MotifPipelineOutput` instead of a tuple.
            callback_on_step_end: function that is called after each step with the pipeline, the step index,
                the timestep and a dictionary of tensors. The function may return a dictionary of new tensors.
            callback_on_step_end_tensor_inputs: the callback's tensors: `latents`, `prompt_embeds` or both. If
                guidance is on, the tensor `prompt_embeds` starts with the embeddings of the negative prompts.

        Returns:
            A `MotifPipelineOutput` with the clips, or a tuple with the clips.

        Raises:
            TypeError: an image is neither a Pillow image nor an array nor a tensor.
            ValueError: the numbers of images and prompts differ, or an argument has the wrong type, shape or
                range.
            NotFinite: the latents became NaN or infinite.
        """
        # 1. Check the arguments.
        output = parse_output_type(output_type)
        callback = StepCallback(callback_on_step_end, callback_on_step_end_tensor_inputs)
        shape = self._clip_shape(height, width, num_frames, fps)
        check_sampling_arguments(
            num_inference_steps=num_inference_steps,
            guidance_scale=guidance_scale,
            guidance_rescale=guidance_rescale,
            eta=eta,
            num_videos_per_prompt=num_videos_per_prompt,
            decode_chunk_size=decode_chunk_size,
        )
        pixels = preprocess_images(image, height=shape.height, width=shape.width)
        self._guidance_scale, self._interrupt = guidance_scale, False
        # 2. Encode the prompts and images.
        positive, negative = self.encode_prompt(
            prompt,
            negative_prompt,
            guidance_scale > 1,
            num_videos_per_prompt,
            prompt_embeds=prompt_embeds,
            negative_prompt_embeds=negative_prompt_embeds,
        )
        check_batch(len(pixels), len(positive) // num_videos_per_prompt)
        generators = as_generators(generator, len(positive))
        image_latents, conditions = self.encode_images(pixels, shape.fps, num_videos_per_prompt)
        # 3. Denoise.
        sampler = Sampler(
            self.scheduler,
            steps=num_inference_steps,
            eta=eta,
            generator=generators,
            device=self._execution_device,
        )
        noise_shape = (*image_latents.shape[:2], shape.num_frames, *image_latents.shape[2:])
        noise = initial_noise(latents, noise_shape, generator=generators, device=self._execution_device)
        text = positive if negative is None else torch.cat([negative, positive])
        text = text.to(self.unet.dtype)
        clean = self._denoise(sampler, noise, text, conditions, guidance_rescale, callback)
        # 4. Decode.
        frames = self._decode(clean, image_latents, output, decode_chunk_size)
        self.maybe_free_model_hooks()  # type: ignore[no-untyped-call]  # diffusers'
        return MotifPipelineOutput(frames) if return_dict else (frames,)

    def _clip_shape(
        self, height: int | None, width: int | None, num_frames: int | None, fps: float | None
    ) -> ClipShape:
        """Return the requested shape; missing values are taken from the pipeline's config."""
        asked: dict[str, Any] = {"height": height, "width": width, "num_frames": num_frames, "fps": fps}
        return ClipShape(**{name: self.config[name] if it is None else it for name, it in asked.items()})

    def _denoise(
        self,
        sampler: Sampler,
        noise: Tensor,
        text: Tensor,
        conditions: ConditioningInputs,
        guidance_rescale: float,
        callback: StepCallback,
    ) -> Tensor:
        """Denoise latents (clips, channels, frames, height, width); the latents are float32 in every step."""
        latents = sampler.start(noise)
        self._num_timesteps = len(sampler.timesteps)
        for step, timestep in enumerate(self.progress_bar(sampler.timesteps)):
            if self._interrupt:
                continue
            noisy = sampler.network_input(latents, timestep)
            guidance = Guidance(self._guidance_scale, guidance_rescale)
            predicted = predict(self.unet, noisy, timestep, text, conditions, guidance)
            latents = sampler.step(predicted, timestep, latents)
            latents, text = callback(self, step, timestep, latents=latents, prompt_embeds=text)
        check_finite("latents of the clips", latents)
        return latents

    def _decode(self, latents: Tensor, image_latents: Tensor, output: OutputType, chunk: int) -> Clips:
        """Decode clean latents, and return the clips in an output type."""
        if self.config["residual_scale"] > 0:
            latents = image_latents.unsqueeze(2) + latents / self.config["residual_scale"]
        if output is OutputType.LATENT:
            return latents
        return convert_frames(decode_latents(self.vae, latents, chunk=chunk), output)


# `DiffusionPipeline.from_pretrained` looks up the class of a stored pipeline in this package.
diffusers.MotifImageToVideoPipeline = MotifImageToVideoPipeline  # type: ignore[attr-defined]
