"""Lays out what a foreign program reads, under names of our own: 88 images serve 320 pairs, none may collide.

Placeholders of the run: python, gpu (as CUDA_VISIBLE_DEVICES), checkout, work, inputs, prompts_file,
config_file, requests_file, script, seed.
Placeholders of a clip: prompt, image, image_name, stem, index, index4 (four digits), seed.

The file protocol, for programs that have no command line: `requests_file` has a JSON object a line with
`stem`, `image`, `prompt`, `seed`, `width`, `height`, `frames`, `fps` and `output`, the mp4 to be written.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.generators.base import BadInput, CannotRun, ClipRequest
from models.generators.images import fitted, read_image
from models.generators.placeholders import Values, fill, fill_structure
from models.generators.recipe_tables import Script, Staging
from models.generators.recipes import SubprocessRecipe
from models.generators.script_copy import changed_script

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
# With a number before and what programs append, names stay below the 255 bytes file systems take.
_STEM_LETTERS = 150


@dataclass(frozen=True)
class StagedClip:
    """A request, and the values of its placeholders."""

    request: ClipRequest
    values: Values


@dataclass(frozen=True)
class Stage:
    """Everything laid out for one run."""

    work: Path
    clips: tuple[StagedClip, ...]
    values: Values


def check_prompt(request: ClipRequest, staging: Staging) -> None:
    """Refuse a prompt the program would trip over.

    Raises:
        BadInput: it holds a letter it must not, or is too long.
    """
    found = sorted(set(request.prompt) & set(staging.forbidden))
    if found:
        letters = " ".join(found)
        raise BadInput(
            f"The prompt of {request.pair_id} holds {letters!r}; this model names its files after prompts."
        )
    if len(request.prompt.encode()) > staging.max_prompt_bytes:
        raise BadInput(
            f"The prompt of {request.pair_id} is longer than the {staging.max_prompt_bytes} bytes "
            "this model can take."
        )


def lay_out(
    recipe: SubprocessRecipe, requests: Sequence[ClipRequest], *, work: Path, checkout: Path, gpu: str
) -> Stage:
    """Write the images and the files the program reads into an empty work folder.

    Args:
        requests: prompts checked, of one seed where the program seeds the run.
        gpu: numbers of the GPUs the program is to see.

    Raises:
        BadInput: an image cannot be read.
        CannotRun: the work folder lies where the program cannot write, or its script is another one.
    """
    staging = recipe.staging
    if staging.path_without and staging.path_without in str(work):
        raise CannotRun(
            f"The work folder {work} has {staging.path_without!r} in its path, which {recipe.name} replaces; "
            "set TMPDIR to another folder."
        )
    inputs = work / staging.inputs
    inputs.mkdir(parents=True)
    clips = tuple(_stage(recipe, request, number, inputs) for number, request in enumerate(requests))
    values: dict[str, str | int] = {
        "python": str(checkout / recipe.environment.interpreter),
        "gpu": gpu,
        "checkout": str(checkout),
        "work": str(work),
        "inputs": str(inputs),
        "seed": requests[0].seed + recipe.seed.offset,
        "prompts_file": str(work / staging.prompts_file),
        "config_file": str(work / staging.config_file),
        "requests_file": str(work / staging.requests_file),
    }
    if recipe.script:
        values["script"] = str(work / Path(recipe.script.path).name)
    stage = Stage(work, clips, values)
    _write_prompts(staging, stage)
    _write_config(staging, stage)
    _write_requests(recipe, stage)
    if recipe.script:
        _write_script(recipe.script, stage, checkout)
    return stage


def output_pattern(recipe: SubprocessRecipe, clip: StagedClip) -> str:
    """Return the pattern of a clip's file; nothing a prompt or name holds is read as part of a pattern."""
    escaped = {name: _escaped(str(value)) for name, value in clip.values.items()}
    return fill(recipe.output.pattern, escaped)


def _stage(recipe: SubprocessRecipe, request: ClipRequest, number: int, inputs: Path) -> StagedClip:
    stem = f"{number:04d}"
    if recipe.staging.stems == "pair_id":
        stem += "_" + _UNSAFE.sub("-", request.pair_id)[:_STEM_LETTERS]
    image = inputs / f"{stem}.png"
    native = recipe.native
    fitted(read_image(request.image), native.width, native.height, recipe.fit).save(image)
    return StagedClip(
        request,
        {
            # A prompt of two lines would be two prompts.
            "prompt": " ".join(request.prompt.split()),
            "image": str(image),
            "image_name": image.name,
            "stem": stem,
            "index": number,
            "index4": f"{number:04d}",
            "seed": request.seed + recipe.seed.offset,
        },
    )


def _write_prompts(staging: Staging, stage: Stage) -> None:
    if staging.prompts_file:
        lines = "".join(f"{clip.values['prompt']}\n" for clip in stage.clips)
        (stage.work / staging.prompts_file).write_text(lines, encoding="utf-8")


def _write_config(staging: Staging, stage: Stage) -> None:
    if staging.config_file:
        clips = [{**clip.values, "prompt": _literal(str(clip.values["prompt"]))} for clip in stage.clips]
        config = fill_structure(dict(staging.config), stage.values, clips)
        # JSON is YAML, and leaves no doubt about quotes.
        text = json.dumps(config, indent=1, ensure_ascii=False) + "\n"
        (stage.work / staging.config_file).write_text(text, encoding="utf-8")


def _write_requests(recipe: SubprocessRecipe, stage: Stage) -> None:
    if not recipe.staging.requests_file:
        return
    output = stage.work / "output"
    output.mkdir()
    native = recipe.native
    form = {"width": native.width, "height": native.height, "frames": native.frames, "fps": float(native.fps)}
    lines = [
        {name: clip.values[name] for name in ("stem", "image", "prompt", "seed")}
        | form
        | {"output": str(output / f"{clip.values['stem']}.mp4")}
        for clip in stage.clips
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (stage.work / recipe.staging.requests_file).write_text(text, encoding="utf-8")


def _write_script(script: Script, stage: Stage, checkout: Path) -> None:
    clips = [clip.values for clip in stage.clips]
    settings = {name: fill_structure(value, stage.values, clips) for name, value in script.settings.items()}
    text = changed_script(checkout, script, settings, seed=int(stage.values["seed"]))
    Path(str(stage.values["script"])).write_bytes(text)


def _literal(prompt: str) -> str:
    # The programs read YAML through OmegaConf, where ${...} stands for another value.
    return prompt.replace("${", "\\${")


def _escaped(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)
