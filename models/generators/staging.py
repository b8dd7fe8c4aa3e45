"""Writes the input files of an external program: images, prompts, config, requests and a patched script.

The image file of each request gets a unique name, because several pairs of a benchmark share one image.

Placeholders of a run: python, gpu (value of CUDA_VISIBLE_DEVICES), checkout, work, inputs, prompts_file,
config_file, requests_file, script, seed. Placeholders of a clip: prompt, image, image_name, stem, index,
index4 (four digits), seed.

File protocol for programs without a command line: `requests_file` has one JSON object per line. The keys of
an object are `stem`, `image`, `prompt`, `seed`, `width`, `height`, `frames`, `fps` and `output`. `output` is
the path of the mp4 that the program must write.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.generators.base import BadInput, CannotRun, ClipRequest
from models.generators.images import fit_image, read_image
from models.generators.placeholders import Values, fill, fill_structure
from models.generators.recipe_tables import Script, Staging
from models.generators.recipes import SubprocessRecipe
from models.generators.script_copy import patch_script

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
# This limit keeps file names below 255 bytes after programs add a number and suffixes.
_MAX_STEM_LENGTH = 150


@dataclass(frozen=True)
class StagedClip:
    """A request, and the values that replace the placeholders of the request's clip."""

    request: ClipRequest
    values: Values


@dataclass(frozen=True)
class StagedRun:
    """The input files of one run.

    Attributes:
        work: the work folder.
        clips: the clips of the run, in order.
        values: the values of the run's placeholders.
    """

    work: Path
    clips: tuple[StagedClip, ...]
    values: Values


def check_prompt(request: ClipRequest, staging: Staging) -> None:
    """Check that the program accepts a text prompt.

    Raises:
        BadInput: the prompt has a forbidden character or is too long.
    """
    found = sorted(set(request.prompt) & set(staging.forbidden))
    if found:
        characters = " ".join(found)
        raise BadInput(
            f"The prompt of {request.pair_id} contains {characters!r}, which this model does not support "
            "because it uses prompts as file names."
        )
    if len(request.prompt.encode()) > staging.max_prompt_bytes:
        raise BadInput(
            f"The prompt of {request.pair_id} is longer than {staging.max_prompt_bytes} bytes, the maximum "
            "of this model."
        )


def write_inputs(
    recipe: SubprocessRecipe, requests: Sequence[ClipRequest], *, work: Path, checkout: Path, gpu: str
) -> StagedRun:
    """Write all input files of a run into an empty work folder.

    Args:
        recipe: the settings of the model, from the adapter's TOML file.
        requests: the requests of the run, with checked prompts. If the program sets its seed once per run,
            all clips of the run have the same seed.
        work: the work folder.
        checkout: folder of the program's repository.
        gpu: value of CUDA_VISIBLE_DEVICES for the program.

    Raises:
        BadInput: an image cannot be read.
        CannotRun: the program does not support the path of the work folder, or its script cannot be patched.
    """
    staging = recipe.staging
    if staging.path_without and staging.path_without in str(work):
        raise CannotRun(
            f"{recipe.name} does not work with {staging.path_without!r} in the path of its work folder, "
            f"{work}. Set TMPDIR to another folder."
        )
    inputs = work / staging.inputs
    inputs.mkdir(parents=True)
    clips = tuple(_stage_clip(recipe, request, number, inputs) for number, request in enumerate(requests))
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
    run = StagedRun(work, clips, values)
    _write_prompts(staging, run)
    _write_config(staging, run)
    _write_requests(recipe, run)
    if recipe.script:
        _write_script(recipe.script, run, checkout)
    return run


def output_pattern(recipe: SubprocessRecipe, clip: StagedClip) -> str:
    """Return the glob pattern of a clip's output; special characters in inserted values are escaped."""
    escaped = {name: _escape_glob(str(value)) for name, value in clip.values.items()}
    return fill(recipe.output.pattern, escaped)


def _stage_clip(recipe: SubprocessRecipe, request: ClipRequest, number: int, inputs: Path) -> StagedClip:
    stem = f"{number:04d}"
    if recipe.staging.stems == "pair_id":
        stem += "_" + _UNSAFE.sub("-", request.pair_id)[:_MAX_STEM_LENGTH]
    image = inputs / f"{stem}.png"
    native = recipe.native
    fit_image(read_image(request.image), native.width, native.height, recipe.fit).save(image)
    return StagedClip(
        request,
        {
            # A line break would split the prompt into two in a prompts file.
            "prompt": " ".join(request.prompt.split()),
            "image": str(image),
            "image_name": image.name,
            "stem": stem,
            "index": number,
            "index4": f"{number:04d}",
            "seed": request.seed + recipe.seed.offset,
        },
    )


def _write_prompts(staging: Staging, run: StagedRun) -> None:
    if staging.prompts_file:
        lines = "".join(f"{clip.values['prompt']}\n" for clip in run.clips)
        (run.work / staging.prompts_file).write_text(lines, encoding="utf-8")


def _write_config(staging: Staging, run: StagedRun) -> None:
    if staging.config_file:
        clips = [
            {**clip.values, "prompt": _escape_omegaconf(str(clip.values["prompt"]))} for clip in run.clips
        ]
        config = fill_structure(dict(staging.config), run.values, clips)
        # JSON is valid YAML, with unambiguous quoting.
        text = json.dumps(config, indent=1, ensure_ascii=False) + "\n"
        (run.work / staging.config_file).write_text(text, encoding="utf-8")


def _write_requests(recipe: SubprocessRecipe, run: StagedRun) -> None:
    if not recipe.staging.requests_file:
        return
    output = run.work / "output"
    output.mkdir()
    native = recipe.native
    size = {"width": native.width, "height": native.height, "frames": native.frames, "fps": float(native.fps)}
    lines = [
        {name: clip.values[name] for name in ("stem", "image", "prompt", "seed")}
        | size
        | {"output": str(output / f"{clip.values['stem']}.mp4")}
        for clip in run.clips
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (run.work / recipe.staging.requests_file).write_text(text, encoding="utf-8")


def _write_script(script: Script, run: StagedRun, checkout: Path) -> None:
    clips = [clip.values for clip in run.clips]
    settings = {name: fill_structure(value, run.values, clips) for name, value in script.settings.items()}
    text = patch_script(checkout, script, settings, seed=int(run.values["seed"]))
    Path(str(run.values["script"])).write_bytes(text)


def _escape_omegaconf(prompt: str) -> str:
    # Escape ${...}: programs read the config with OmegaConf, which would interpolate it.
    return prompt.replace("${", "\\${")


def _escape_glob(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)
