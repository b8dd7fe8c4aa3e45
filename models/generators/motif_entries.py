"""MotiF and its ablations as rows of the table: checkpoints of our trainer (`models.training.run`)."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from models.generators.adapter_entries import missing_network_package
from models.generators.base import CannotRun, Generator
from models.generators.entries import GeneratorEntry
from models.generators.machine import gpu_too_small
from models.generators.recipes import DiffusersRecipe, Form, Weights
from models.generators.settings import generator_settings

_SHIPPED = Path(__file__).parents[1] / "checkpoints"
_PAPER = "https://arxiv.org/abs/2412.16153"
_PIPELINE = "MotifImageToVideoPipeline"
_CLASS_VERIFIED = "its class runs at toy size; no weights of this size were ever trained here"

_FULL_FORM = Form(width=512, height=320, frames=16, fps=Fraction(8))
_TINY_FORM = Form(width=64, height=64, frames=8, fps=Fraction(8))


@dataclass(frozen=True)
class _Variant:
    """A training run: its sentence, and what its clips are sampled with where its config does not say."""

    title: str
    steps: int = 50
    guidance: float = 7.5
    gpu_gib: float = 16
    verified: str = _CLASS_VERIFIED
    form: Form = _FULL_FORM


_VARIANTS: Mapping[str, _Variant] = {
    "motif-tiny": _Variant(
        "MotiF at toy size, trained on drawn clips; runs on a bare CPU.",
        25,
        2.0,
        0,
        "runs in the tests",
        _TINY_FORM,
    ),
    "motif-tiny-without": _Variant(
        "The same without the motion focal loss.", 25, 2.0, 0, "runs in the tests", _TINY_FORM
    ),
    "motif": _Variant("MotiF: VideoCrafter2 trained with the motion focal loss."),
    "motif-without": _Variant("Ablation: trained without the motion focal loss (table 2)."),
    "motif-inverse": _Variant("Ablation: the loss where nothing moves (table 2)."),
    "motif-cx-attn": _Variant("Ablation: the image through cross-attention only (table 3)."),
    "motif-both": _Variant("Ablation: the image through both (table 3)."),
    "motif-sam": _Variant("Ablation: heatmaps of segments (table A1)."),
    "motif-lambda-0.5": _Variant("Ablation: the loss weighed 0.5 (table A2)."),
    "motif-lambda-2": _Variant("Ablation: the loss weighed 2 (table A2)."),
    "motif-lambda-5": _Variant("Ablation: the loss weighed 5 (table A2)."),
}


def motif_entries() -> list[GeneratorEntry]:
    return [_entry(name, variant) for name, variant in _VARIANTS.items()]


def _entry(name: str, variant: _Variant) -> GeneratorEntry:
    usual = _usual_folder(name)

    def opened(folder: Path | None) -> Generator:
        place = pipeline_folder(folder or usual)
        if problem := missing_network_package() or (None if place else _why_not_there(name, folder or usual)):
            raise CannotRun(f"{name} cannot run here. {problem}")
        assert place is not None
        from models.generators.diffusers_adapter import DiffusersGenerator

        return DiffusersGenerator(motif_recipe(name, place), place)

    def why_not() -> str | None:
        there = None if pipeline_folder(usual) else _why_not_there(name, usual)
        return missing_network_package() or there or gpu_too_small(variant.gpu_gib)

    native = _form(pipeline_folder(usual)) or variant.form
    gpu = f"a GPU with {variant.gpu_gib:g} GiB, " if variant.gpu_gib else ""
    return GeneratorEntry(
        name=name,
        title=variant.title,
        licence="Apache-2.0",
        weights=f"a checkpoint of ti2v train in {_shown(name)}",
        native=native.as_form(),
        needs=f"{gpu}the worker's packages",
        verified=variant.verified,
        batch=4,
        why_not=why_not,
        open=opened,
    )


def motif_recipe(name: str, pipeline: Path) -> DiffusersRecipe:
    """Return how a checkpoint is called: its own size, steps and guidance as it was validated with."""
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
        native=_form(pipeline) or variant.form,
        pipeline=_PIPELINE,
        batches=True,
        cpu_threads=0 if variant.gpu_gib else 1,
        call={
            "num_inference_steps": int(validation.get("sampling_steps", variant.steps)),
            "guidance_scale": float(validation.get("guidance", variant.guidance)),
        },
        weights=(Weights(source=name, gb=0.01, licence="Apache-2.0"),),
    )


def pipeline_folder(folder: Path) -> Path | None:
    """Return the pipeline of a run's folder, or the folder itself if it is one; None if there is none."""
    places = (folder / "pipeline", folder)
    return next((place for place in places if (place / "model_index.json").is_file()), None)


def _usual_folder(name: str) -> Path:
    shipped = _SHIPPED / name
    return shipped if name.startswith("motif-tiny") else generator_settings().checkpoint_folder(name)


def _shown(name: str) -> str:
    return f"models/checkpoints/{name}" if name.startswith("motif-tiny") else f"TI2V_CHECKPOINTS/{name}"


def _why_not_there(name: str, folder: Path) -> str:
    return (
        f"There is no checkpoint in {folder}. Train one (ti2v train), then put its folder there or name it "
        f"with --checkpoint; no weights of {name} were ever released."
    )


def _form(pipeline: Path | None) -> Form | None:
    if pipeline is None:
        return None
    said = json.loads((pipeline / "model_index.json").read_text(encoding="utf-8"))
    return Form(width=said["width"], height=said["height"], frames=said["num_frames"], fps=said["fps"])


def _validation(config: Path) -> Mapping[str, int | float]:
    if not config.is_file():
        return {}
    table = tomllib.loads(config.read_text(encoding="utf-8")).get("validation", {})
    return {name: value for name, value in table.items() if isinstance(value, int | float)}
