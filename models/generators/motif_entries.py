"""Creates the registry entries of MotiF and its ablations, which are checkpoints of `ti2v train`."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from models.generators.adapter_entries import missing_network_package
from models.generators.base import CannotRun, Generator
from models.generators.entries import GeneratorEntry
from models.generators.local_copies import local_folder
from models.generators.machine import gpu_too_small
from models.generators.recipe_weights import Weights
from models.generators.recipes import DiffusersRecipe, NativeTable
from models.generators.settings import generator_settings

_SHIPPED = Path(__file__).parents[1] / "checkpoints"
_PAPER = "https://arxiv.org/abs/2412.16153"
_PIPELINE = "MotifImageToVideoPipeline"
_CLASS_VERIFIED = "class tested at toy size; weights of this size were never trained by us"

_FULL_SIZE = NativeTable(width=512, height=320, frames=16, fps=Fraction(8))
_SPRITE_SIZE = NativeTable(width=32, height=32, frames=8, fps=Fraction(8))


@dataclass(frozen=True)
class _Variant:
    """The title of a training config, and the sampling defaults of checkpoints that have no config.toml.

    Attributes:
        shipped: whether this repository contains the checkpoint.
        enlarge: see `DiffusersRecipe`.
    """

    title: str
    steps: int = 50
    guidance: float = 7.5
    gpu_gib: float = 16
    verified: str = _CLASS_VERIFIED
    native: NativeTable = _FULL_SIZE
    shipped: bool = False
    enlarge: int = 1


def _sprite_variant(title: str) -> _Variant:
    return _Variant(
        title, 20, 3.0, gpu_gib=0, verified="runs in the tests", native=_SPRITE_SIZE, shipped=True, enlarge=6
    )


_VARIANTS: Mapping[str, _Variant] = {
    "motif-sprites": _sprite_variant("MotiF at toy size, trained on moving shapes; runs on a CPU."),
    "motif-sprites-without": _sprite_variant("motif-sprites trained without the motion focal loss."),
    "motif-sprites-inverse": _sprite_variant("motif-sprites whose loss weights static regions."),
    "motif": _Variant("MotiF: VideoCrafter2 trained with the motion focal loss."),
    "motif-without": _Variant("Ablation: trained without the motion focal loss (table 2)."),
    "motif-inverse": _Variant("Ablation: the loss weights static regions (table 2)."),
    "motif-cx-attn": _Variant("Ablation: image conditioning by cross-attention only (table 3)."),
    "motif-both": _Variant("Ablation: image conditioning by concatenation and cross-attention (table 3)."),
    "motif-sam": _Variant("Ablation: heatmaps from segments (table A1)."),
    "motif-lambda-0.5": _Variant("Ablation: loss weight 0.5 (table A2)."),
    "motif-lambda-2": _Variant("Ablation: loss weight 2 (table A2)."),
    "motif-lambda-5": _Variant("Ablation: loss weight 5 (table A2)."),
}


def motif_entries() -> list[GeneratorEntry]:
    """Return the registry entries of MotiF and of its ablations."""
    return [_entry(name, variant) for name, variant in _VARIANTS.items()]


def _entry(name: str, variant: _Variant) -> GeneratorEntry:
    default = _default_folder(name)

    def create(folder: Path | None) -> Generator:
        pipeline = pipeline_folder(folder or default)
        missing = None if pipeline else _missing_checkpoint_reason(name, folder or default)
        if problem := missing_network_package() or missing:
            raise CannotRun(f"{name} cannot run on this machine. {problem}")
        assert pipeline is not None
        from models.generators.diffusers_adapter import DiffusersGenerator

        return DiffusersGenerator(motif_recipe(name, pipeline), local_folder(pipeline))

    def unavailable_reason() -> str | None:
        missing = None if pipeline_folder(default) else _missing_checkpoint_reason(name, default)
        return missing_network_package() or missing or gpu_too_small(variant.gpu_gib)

    native = _read_native(pipeline_folder(default)) or variant.native
    gpu = f"a GPU with {variant.gpu_gib:g} GiB, " if variant.gpu_gib else ""
    return GeneratorEntry(
        name=name,
        title=variant.title,
        licence="Apache-2.0",
        weights=f"a checkpoint of ti2v train in {_display_folder(name)}",
        native=native.to_format(),
        needs=f"{gpu}the worker's packages",
        verified=variant.verified,
        batch=4,
        unavailable_reason=unavailable_reason,
        create=create,
    )


def motif_recipe(name: str, pipeline: Path) -> DiffusersRecipe:
    """Return the recipe (the generator settings) of a trained checkpoint.

    The native size comes from the saved pipeline; steps and guidance come from the validation settings of the
    run. If the checkpoint does not state a value, the recipe has the default value for this model.
    """
    variant = _VARIANTS[name]
    validation = _validation(pipeline.parent / "config.toml") or _validation(pipeline / "config.toml")
    return DiffusersRecipe(
        kind="diffusers",
        name=name,
        title=variant.title,
        licence="Apache-2.0",
        url=_PAPER,
        verified=variant.verified,
        gpu_gib=variant.gpu_gib,
        native=_read_native(pipeline) or variant.native,
        pipeline=_PIPELINE,
        batches=True,
        cpu_threads=0 if variant.gpu_gib else 1,
        enlarge=variant.enlarge,
        call={
            "num_inference_steps": int(validation.get("sampling_steps", variant.steps)),
            "guidance_scale": float(validation.get("guidance", variant.guidance)),
        },
        weights=(Weights(source=name, gb=0.01, licence="Apache-2.0"),),
    )


def pipeline_folder(folder: Path) -> Path | None:
    """Return the folder of the saved pipeline (`folder`/pipeline or `folder`); None if there is none."""
    candidates = (folder / "pipeline", folder)
    return next((path for path in candidates if (path / "model_index.json").is_file()), None)


def _default_folder(name: str) -> Path:
    return _SHIPPED / name if _VARIANTS[name].shipped else generator_settings().checkpoint_folder(name)


def _display_folder(name: str) -> str:
    return f"models/checkpoints/{name}" if _VARIANTS[name].shipped else f"TI2V_CHECKPOINTS/{name}"


def _missing_checkpoint_reason(name: str, folder: Path) -> str:
    return (
        f"There is no checkpoint in {folder}, and no weights of {name} were ever released. Train one with "
        "ti2v train, then move its folder there or pass it with --checkpoint."
    )


def _read_native(pipeline: Path | None) -> NativeTable | None:
    """Return the default resolution, length and frame rate of a saved pipeline."""
    if pipeline is None:
        return None
    index = json.loads((pipeline / "model_index.json").read_text(encoding="utf-8"))
    return NativeTable(
        width=index["width"], height=index["height"], frames=index["num_frames"], fps=index["fps"]
    )


def _validation(config: Path) -> Mapping[str, int | float]:
    if not config.is_file():
        return {}
    table = tomllib.loads(config.read_text(encoding="utf-8")).get("validation", {})
    return {name: value for name, value in table.items() if isinstance(value, int | float)}
