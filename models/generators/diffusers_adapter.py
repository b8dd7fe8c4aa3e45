"""Runs a diffusers image-to-video pipeline, such as MotiF's, as a generator."""

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import torch
from PIL import Image

from benchmark.scenes.sprites import enlarged
from models.generators.base import (
    CannotRun,
    ClipRequest,
    Crashed,
    Frames,
    GeneratedClip,
    NativeFormat,
    Provenance,
)
from models.generators.diffusers_classes import PROMPTS, STANDARD_ARGUMENTS, call_defaults
from models.generators.enums import DType
from models.generators.frame_conversion import output_frames, to_uint8_clips
from models.generators.images import fit_image, read_leading_images
from models.generators.out_of_memory import (
    check_device,
    device_name,
    peak_memory_bytes,
    reset_peak_memory,
    translate_errors,
)
from models.generators.pipeline_loader import load_pipeline, move_to_device
from models.generators.pipeline_patches import patch_pipeline, seeded
from models.generators.quotes import read_quote
from models.generators.recipe_tables import ArgumentOrList
from models.generators.recipes import DiffusersRecipe
from models.generators.usage import NETWORK_LIBRARIES, library_versions
from models.generators.weights_digest import checkpoint_sha256, weight_files
from models.motif.torch_threads import cpu_threads

if TYPE_CHECKING:
    from models.generators.diffusers_classes import Pipeline

N = TypeVar("N", int, float)


class DiffusersGenerator:
    """A generator that runs a pipeline from a local folder, without downloading anything.

    Args:
        recipe: the settings of the model, from the adapter's TOML file.
        folder: folder of the pipeline, for `from_pretrained`: a snapshot in the hub's cache, or a saved
            pipeline.
        parts: local folders of the components and LoRAs that have their own repository, keyed by the
            repository's name.
        revision: commit of the weights, for provenance.
        recipe_sha256: hash of the adapter's TOML file, for provenance.
    """

    def __init__(
        self,
        recipe: DiffusersRecipe,
        folder: Path,
        *,
        parts: Mapping[str, Path] | None = None,
        revision: str = "",
        recipe_sha256: str = "",
    ) -> None:
        self.name = recipe.name
        self._recipe = recipe
        self._folder, self._parts = folder, parts or {}
        self._revision = revision
        self._recipe_sha256 = recipe_sha256
        self._pipeline: Pipeline | None = None
        self._call: dict[str, ArgumentOrList] = {}
        self._device = ""
        self._dtype = DType.AUTO
        self._checkpoint_sha256 = ""

    def load(self, device: str, dtype: str) -> None:
        """Load the pipeline, patch it and move it to the device; see `Generator`."""
        recipe = self._recipe
        self._call = {**recipe.call, **{name: read_quote(quote) for name, quote in recipe.quotes.items()}}
        check_device(self.name, device, recipe.gpu_gib)
        resolved = DType(dtype)
        if resolved is DType.AUTO:
            resolved = recipe.dtype if device.startswith("cuda") else DType.FLOAT32
        if not weight_files(self._folder):
            raise CannotRun(f"{self._folder} has no weights of {self.name}.")
        with translate_errors(f"{self.name} cannot be loaded"):
            pipeline = load_pipeline(recipe, self._folder, self._parts, device=device, dtype=resolved)
            patch_pipeline(pipeline)
            pipeline.set_progress_bar_config(disable=True)  # type: ignore[no-untyped-call]  # diffusers leaves it so
            move_to_device(pipeline, recipe, device)
        self._checkpoint_sha256 = checkpoint_sha256(
            [path for folder in (self._folder, *self._parts.values()) for path in weight_files(folder)]
        )
        self._pipeline, self._device, self._dtype = pipeline, device, resolved

    def unload(self) -> None:
        """Free the memory; see `Generator`."""
        self._pipeline = None
        gc.collect()
        if self._device.startswith("cuda"):
            torch.cuda.empty_cache()

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        """Yield one clip per request; see `Generator`."""
        waiting = list(requests)
        while waiting:
            images = read_leading_images(waiting if self._recipe.batches else waiting[:1])
            batch, waiting = waiting[: len(images)], waiting[len(images) :]
            yield from self._generate_batch(batch, images)

    def _generate_batch(
        self, requests: Sequence[ClipRequest], images: Sequence[Image.Image]
    ) -> Iterator[GeneratedClip]:
        if self._pipeline is None:
            raise CannotRun(f"{self.name} is not loaded.")
        # DiffusionPipeline declares no __call__, but all its image-to-video subclasses have one.
        call = cast(Callable[..., object], self._pipeline)
        reset_peak_memory(self._device)
        started = time.perf_counter()
        arguments = self._arguments(requests, images)
        seeds = [request.seed for request in requests]
        with (
            translate_errors(f"{self.name} failed"),
            cpu_threads(self._recipe.cpu_threads),
            torch.inference_mode(),
            seeded(self._pipeline, seeds) as generators,
        ):
            generator = generators if self._recipe.batches else generators[0]
            output = call(**arguments, **self._argument("generator", generator), output_type="np")
        clips = to_uint8_clips(output_frames(output))
        seconds = (time.perf_counter() - started) / len(requests)
        for request, frames in zip(requests, clips, strict=True):
            self._check_shape(frames)
            provenance = self._provenance(request, len(requests), seconds)
            if self._recipe.enlarge > 1:
                frames = enlarged(frames, self._recipe.enlarge)
            yield GeneratedClip(request.pair_id, request.seed, frames, self._format.fps, provenance)

    def _arguments(self, requests: Sequence[ClipRequest], images: Sequence[Image.Image]) -> dict[str, object]:
        native, recipe = self._format, self._recipe
        # The mean of each block restores an image that was enlarged without interpolation.
        resampling = Image.Resampling.BOX if recipe.enlarge > 1 else Image.Resampling.LANCZOS
        images = [fit_image(image, native.width, native.height, recipe.fit, resampling) for image in images]
        prompts = [each.prompt for each in requests]
        standard: dict[str, object] = {
            "image": images if recipe.batches else images[0],
            "prompt": prompts if recipe.batches else prompts[0],
            "height": native.height,
            "width": native.width,
            "num_frames": native.frames,
        }
        arguments: dict[str, object] = {name: _as_list(value) for name, value in self._call.items()}
        if recipe.batches:
            # Some classes refuse one negative prompt for several prompts.
            arguments |= {name: [arguments[name]] * len(images) for name in PROMPTS if name in arguments}
        for name, value in standard.items():
            arguments |= self._argument(name, value)
        return arguments

    def _argument(self, name: str, value: object) -> dict[str, object]:
        """Return a dictionary with one argument of the pipeline call, keyed by the argument's name.

        If the pipeline does not have the argument, return an empty dictionary.
        """
        assert name in STANDARD_ARGUMENTS
        own = self._recipe.names.get(name, name)
        return {own: value} if own else {}

    @property
    def _format(self) -> NativeFormat:
        return self._recipe.native.to_format()

    def _check_shape(self, frames: Frames) -> None:
        native = self._format
        expected = (native.frames, native.height, native.width, 3)
        if frames.shape != expected:
            raise Crashed(f"{self.name} returned frames of shape {frames.shape}, expected {expected}.")

    def _provenance(self, request: ClipRequest, batch: int, seconds: float) -> Provenance:
        native, recipe = self._format, self._recipe
        return Provenance(
            model=self.name,
            seed=request.seed,
            width=native.width * recipe.enlarge,
            height=native.height * recipe.enlarge,
            frames=native.frames,
            fps=str(native.fps),
            device=device_name(self._device),
            dtype=self._dtype.value,
            seconds=round(seconds, 4),
            revision=self._revision,
            checkpoint_sha256=self._checkpoint_sha256,
            recipe_sha256=self._recipe_sha256,
            steps=_number(self._setting("num_inference_steps"), int),
            guidance=_number(self._guidance(), float),
            batch=batch,
            peak_memory_bytes=peak_memory_bytes(self._device),
            settings=_settings(recipe, self._call),
            libraries=library_versions(NETWORK_LIBRARIES),
        )

    def _guidance(self) -> object:
        guider = self._recipe.guider
        stated = guider.settings.get("guidance_scale") if guider else None
        return self._setting("guidance_scale") if stated is None else stated

    def _setting(self, name: str) -> object:
        return self._call.get(name, call_defaults(self._recipe).get(name))


def _settings(recipe: DiffusersRecipe, call: Mapping[str, ArgumentOrList]) -> dict[str, str]:
    """Return all settings that influence the clip, from the recipe and from the pipeline call, as text."""
    settings = {"fit": recipe.fit.value} | {name: str(value) for name, value in call.items()}
    settings |= {"workflow": recipe.workflow} if recipe.workflow else {}
    for key, table in (("scheduler", recipe.scheduler), ("guider", recipe.guider)):
        if table is not None:
            settings |= {f"{key}.{name}": str(value) for name, value in table.settings.items()}
            settings |= {key: table.name} if table.name else {}
    if recipe.quantization is not None:
        settings["quantization"] = f"{recipe.quantization.backend} {','.join(recipe.quantization.components)}"
    settings |= {"enlarge": str(recipe.enlarge)} if recipe.enlarge > 1 else {}
    settings |= {f"lora.{lora.source}": f"{lora.file} {lora.scale:g}" for lora in recipe.loras}
    return settings


def _as_list(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _number(value: object, kind: type[N]) -> N | None:
    return kind(value) if isinstance(value, int | float) else None
