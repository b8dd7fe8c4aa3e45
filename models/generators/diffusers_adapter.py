"""Any image-to-video pipeline of diffusers behind the protocol, as its TOML says; MotiF's as well."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from models.generators.base import (
    CannotRun,
    ClipRequest,
    Crashed,
    Frames,
    GeneratedClip,
    NativeForm,
    Provenance,
)
from models.generators.diffusers_classes import STANDARD_ARGUMENTS, call_defaults, pipeline_class
from models.generators.enums import DType
from models.generators.images import fitted, readable_images
from models.generators.out_of_memory import (
    breakdowns_named,
    check_device,
    device_name,
    gpu_gib,
    peak_bytes,
    start_measuring,
)
from models.generators.pipeline_patches import mend, seeded
from models.generators.recipes import DiffusersRecipe
from models.generators.usage import NETWORK_LIBRARIES, library_versions
from models.generators.weights_digest import checkpoint_sha256, weight_files
from models.motif.torch_threads import cpu_threads

if TYPE_CHECKING:
    from diffusers.pipelines.pipeline_utils import DiffusionPipeline

_DENOISERS = ("unet", "transformer", "transformer_2")
N = TypeVar("N", int, float)

TORCH_TYPES = {
    DType.FLOAT32: torch.float32,
    DType.FLOAT16: torch.float16,
    DType.BFLOAT16: torch.bfloat16,
}


class Made(Protocol):
    """What a pipeline answers with."""

    frames: object


class DiffusersGenerator:
    """A pipeline loaded from a folder on this machine; nothing is downloaded here.

    Args:
        folder: what `from_pretrained` takes: a snapshot of the hub's cache, or a saved pipeline.
        revision: commit of the weights, for provenance.
        recipe_sha256: of the TOML, for provenance.
    """

    def __init__(
        self, recipe: DiffusersRecipe, folder: Path, *, revision: str = "", recipe_sha256: str = ""
    ) -> None:
        self.name = recipe.name
        self._recipe = recipe
        self._folder = folder
        self._revision = revision
        self._recipe_sha256 = recipe_sha256
        self._pipeline: DiffusionPipeline | None = None
        self._device = ""
        self._dtype = DType.AUTO
        self._checkpoint_sha256 = ""

    def load(self, device: str, dtype: str) -> None:
        recipe = self._recipe
        check_device(self.name, device, recipe.gpu_gib)
        asked = DType(dtype)
        if asked is DType.AUTO:
            asked = recipe.dtype if device.startswith("cuda") else DType.FLOAT32
        if not weight_files(self._folder):
            raise CannotRun(f"{self._folder} holds no weights of {self.name}.")
        with breakdowns_named(f"{self.name} cannot be loaded"):
            pipeline = self._from_disk(asked)
            mend(pipeline)
            pipeline.set_progress_bar_config(disable=True)  # type: ignore[no-untyped-call]  # diffusers leaves it so
            place(pipeline, recipe, device)
        self._checkpoint_sha256 = checkpoint_sha256(weight_files(self._folder))
        self._pipeline, self._device, self._dtype = pipeline, device, asked

    def unload(self) -> None:
        self._pipeline = None
        gc.collect()
        if self._device.startswith("cuda"):
            torch.cuda.empty_cache()

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        waiting = list(requests)
        while waiting:
            images = readable_images(waiting if self._recipe.batches else waiting[:1])
            taken, waiting = waiting[: len(images)], waiting[len(images) :]
            yield from self._batch(taken, images)

    def _from_disk(self, dtype: DType) -> "DiffusionPipeline":
        recipe = self._recipe
        types = {"default": TORCH_TYPES[dtype]}
        if dtype is not DType.FLOAT32:
            types |= {name: TORCH_TYPES[each] for name, each in recipe.dtypes.items()}
        try:
            return pipeline_class(recipe.pipeline).from_pretrained(
                str(self._folder),
                dtype=types,
                variant=recipe.variant,
                use_safetensors=True,
                local_files_only=True,
            )
        except (OSError, ImportError, ValueError) as error:  # a gap in a checkpoint is a ValueError
            raise CannotRun(f"{self.name} cannot be loaded from {self._folder}: {error}") from error

    def _batch(
        self, requests: Sequence[ClipRequest], images: Sequence[Image.Image]
    ) -> Iterator[GeneratedClip]:
        if self._pipeline is None:
            raise CannotRun(f"{self.name} is not loaded.")
        # DiffusionPipeline itself declares no call; every class of it that animates has one.
        call = cast(Callable[..., Made], self._pipeline)
        start_measuring(self._device)
        started = time.perf_counter()
        arguments = self._arguments(requests, images)
        seeds = [request.seed for request in requests]
        with (
            breakdowns_named(f"{self.name} broke down"),
            cpu_threads(self._recipe.cpu_threads),
            torch.inference_mode(),
            seeded(self._pipeline, seeds) as generators,
        ):
            drawn = generators if self._recipe.batches else generators[0]
            frames = call(**arguments, **self._named("generator", drawn), output_type="np").frames
        clips = frames_of(frames)
        seconds = (time.perf_counter() - started) / len(requests)
        for request, frames in zip(requests, clips, strict=True):
            self._check(frames)
            provenance = self._provenance(request, len(requests), seconds)
            yield GeneratedClip(request.pair_id, request.seed, frames, self._form.fps, provenance)

    def _arguments(self, requests: Sequence[ClipRequest], images: Sequence[Image.Image]) -> dict[str, object]:
        form, recipe = self._form, self._recipe
        images = [fitted(image, form.width, form.height, recipe.fit) for image in images]
        prompts = [each.prompt for each in requests]
        standard: dict[str, object] = {
            "image": images if recipe.batches else images[0],
            "prompt": prompts if recipe.batches else prompts[0],
            "height": form.height,
            "width": form.width,
            "num_frames": form.frames,
        }
        arguments: dict[str, object] = dict(recipe.call)
        for name, value in standard.items():
            arguments |= self._named(name, value)
        return arguments

    def _named(self, name: str, value: object) -> dict[str, object]:
        """Return an argument under the class's own name for it, none where it takes none."""
        assert name in STANDARD_ARGUMENTS
        own = self._recipe.names.get(name, name)
        return {own: value} if own else {}

    @property
    def _form(self) -> NativeForm:
        return self._recipe.native.as_form()

    def _check(self, frames: Frames) -> None:
        form = self._form
        expected = (form.frames, form.height, form.width, 3)
        if frames.shape != expected:
            raise Crashed(f"{self.name} made frames of shape {frames.shape} where {expected} was expected.")

    def _provenance(self, request: ClipRequest, batch: int, seconds: float) -> Provenance:
        form, recipe = self._form, self._recipe
        return Provenance(
            model=self.name,
            seed=request.seed,
            width=form.width,
            height=form.height,
            frames=form.frames,
            fps=str(form.fps),
            device=device_name(self._device),
            dtype=self._dtype.value,
            seconds=round(seconds, 4),
            revision=self._revision,
            checkpoint_sha256=self._checkpoint_sha256,
            recipe_sha256=self._recipe_sha256,
            steps=_number(self._setting("num_inference_steps"), int),
            guidance=_number(self._setting("guidance_scale"), float),
            batch=batch,
            peak_memory_bytes=peak_bytes(self._device),
            settings={"fit": recipe.fit.value} | {name: str(value) for name, value in recipe.call.items()},
            libraries=library_versions(NETWORK_LIBRARIES),
        )

    def _setting(self, name: str) -> object:
        return self._recipe.call.get(name, call_defaults(self._recipe).get(name))


def place(pipeline: "DiffusionPipeline", recipe: DiffusersRecipe, device: str) -> None:
    """Bring a pipeline to its device as its recipe says."""
    if recipe.tiling:
        pipeline.vae.enable_tiling()
    if not device.startswith("cuda"):
        pipeline.to(device)
        return
    if gpu_gib(device) < recipe.offload_below_gib:
        pipeline.enable_model_cpu_offload(device=device)
    else:
        pipeline.to(device)
    if recipe.compile:
        for name in _DENOISERS:
            denoiser = getattr(pipeline, name, None)
            if denoiser is not None:
                denoiser.compile()


def frames_of(made: object) -> list[Frames]:
    """Return each clip of a pipeline's answer as uint8 RGB.

    Args:
        made: (batch, frames, height, width, 3) in [0, 1], or uint8 already; an array, a tensor or a list.

    Raises:
        Crashed: a value is not a number.
    """
    array: NDArray[np.generic] = (
        made.float().cpu().numpy() if isinstance(made, torch.Tensor) else np.asarray(made)
    )
    if array.dtype == np.uint8:
        return list(np.asarray(array, dtype=np.uint8))
    values = array.astype(np.float32)
    if not np.isfinite(values).all():
        raise Crashed("The network made values that are not numbers; try --dtype float32.")
    return list((values.clip(0, 1) * 255).round().astype(np.uint8))


def _number(value: object, kind: type[N]) -> N | None:
    return kind(value) if isinstance(value, int | float) else None
