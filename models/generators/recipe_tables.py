"""Defines the tables of a subprocess adapter's TOML file, such as repository, environment and outputs."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from benchmark.wire.number_fields import NumberFields

Argument = bool | int | float | str
ArgumentOrList = Argument | tuple[Argument, ...]
# `owner/name@commit path:line` of a repository on GitHub, or `package==version path`.
Citation = Annotated[str, Field(pattern=r"^([\w.-]+/[\w.-]+@[0-9a-f]{40}|[\w.-]+==[\w.]+) [\w./-]+(:\d+)?$")]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
# The backend of quantisation that needs no further package.
FP8 = "fp8"


def _rate(value: object) -> Fraction:
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError('expected a number, or a fraction such as "30000/1001"') from error


Rate = Annotated[Fraction, BeforeValidator(_rate), Field(gt=0)]


class RecipeTable(NumberFields):
    """Base class of TOML tables. Tables are immutable. An unknown key in a table is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)


class Repository(RecipeTable):
    """Table `[repository]`: git repository and commit of the program."""

    url: str = Field(pattern=r"^https://github\.com/[\w.-]+/[\w.-]+$")
    commit: Commit


class Environment(RecipeTable):
    """Table `[environment]`: the Python environment of the checkout.

    Attributes:
        python: Python version stated by the program's authors.
        steps: commands that create the environment. The commands run in the checkout; `{python}` is the
            interpreter.
        interpreter: path of the interpreter, relative to the checkout.
    """

    python: str
    steps: tuple[str, ...] = Field(min_length=1)
    interpreter: str = ".venv/bin/python"


class Script(RecipeTable):
    """Table `[script]`: a script whose settings are constants in its source code; see `script_copy`.

    Attributes:
        path: path of the script, relative to the checkout. The program runs a patched copy of the script; the
            placeholder `{script}` is the path of this copy.
        settings: new values of the constants, keyed by the names used in the script. Values may contain
            placeholders.
        seeds: libraries whose random generators are seeded after the script's imports.
    """

    path: str = Field(min_length=1)
    settings: Mapping[str, JsonValue] = Field(min_length=1)
    seeds: tuple[Literal["random", "numpy", "torch"], ...] = ()


class Staging(RecipeTable):
    """Table `[staging]`: input files that are written for the program.

    Attributes:
        inputs: subfolder of the work folder for the images.
        stems: how the image files are named, without the file name extension: `<number>_<pair id>`, or
            `<number>` if words in file names cause problems.
        prompts_file: file with one prompt per line, in the order of the sorted images.
        requests_file: file with one JSON object per request, for your own programs; see `staging`.
        config_file: YAML file with the content of `config`.
        config: content of the config file. If the only element of a list uses clip placeholders, the list is
            expanded to one element per clip.
        forbidden: characters that prompts must not contain, because the program uses prompts in file names.
        path_without: text that must not occur in the path of the work folder.
        max_prompt_bytes: maximum length of prompts, because the program uses prompts in file names.
    """

    inputs: str = "inputs"
    stems: Literal["pair_id", "number"] = "pair_id"
    prompts_file: str = ""
    requests_file: str = ""
    config_file: str = ""
    config: Mapping[str, JsonValue] = Field(default_factory=dict)
    forbidden: str = ""
    path_without: str = ""
    max_prompt_bytes: int = Field(default=4000, ge=1)


class Output(RecipeTable):
    """Table `[output]`: files that the program writes.

    Attributes:
        pattern: glob pattern of a clip's file in the work folder, which must match exactly one file.
        images: if true, the pattern matches one PNG or JPEG file per frame, ordered by name.
        fps: frame rate of the file, stated only if it differs from the model's native frame rate.
    """

    pattern: str
    images: bool = False
    fps: Rate | None = None


class SeedPolicy(RecipeTable):
    """Table `[seed]`: how the program is seeded.

    Attributes:
        per: `clip` if the program sets the seed for each clip; `run` if the program sets the seed once per
            run. With `run`, a clip depends on its position in the run.
        offset: number added to the request's seed, for programs that treat 0 as no seed.
    """

    per: Literal["clip", "run"] = "run"
    offset: int = 0


class Limits(RecipeTable):
    """Table `[limits]`: time and size limits of a run.

    Attributes:
        load_s: time limit for loading the weights, in seconds.
        clip_s: time limit for generating a clip, in seconds.
        log_bytes: maximum size of the log file.
    """

    load_s: float = Field(gt=0)
    clip_s: float = Field(gt=0)
    log_bytes: int = Field(default=8 * 1024**2, ge=1024)


class Official(RecipeTable):
    """Official default of an argument, in the table `[official]`.

    Attributes:
        source: where the authors' code or documentation states the default.
        value: the official default, stated only if the recipe uses a different value. If `value` is missing,
            the recipe uses the official default.
        reason: why the recipe deviates.
    """

    source: Citation
    value: ArgumentOrList | None = None
    reason: str = ""

    @model_validator(mode="after")
    def _explains_deviation(self) -> "Official":
        if (self.value is not None) != bool(self.reason):
            raise ValueError(
                "state value and reason together, if the recipe deviates from the official default"
            )
        return self


class Scheduler(RecipeTable):
    """Table `[scheduler]`: the scheduler that replaces the scheduler stored with the weights.

    Attributes:
        name: scheduler class of diffusers. If the text is empty, the class stored with the weights is kept.
        settings: scheduler settings that differ from the settings stored with the weights, such as
            `flow_shift`.
    """

    name: str = ""
    settings: Mapping[str, Argument] = Field(default_factory=dict)


class Guider(RecipeTable):
    """Table `[guider]`: the guider of a modular pipeline, such as classifier-free guidance.

    Attributes:
        name: guider class of diffusers. If the text is empty, the class of the pipeline is kept.
        settings: guider settings that differ from the defaults, such as `guidance_scale`.
    """

    name: str = ""
    settings: Mapping[str, Argument] = Field(default_factory=dict)


class Quantization(RecipeTable):
    """Table `[quantization]`: smaller number types for the weights, on a GPU only.

    Attributes:
        backend: `fp8` stores weights in 8 bits, computes in the native type and needs no further package. Any
            other name is a `quant_backend` of diffusers' PipelineQuantizationConfig.
        components: components of the pipeline that are quantised.
        settings: `quant_kwargs` of the backend.
    """

    backend: str = Field(min_length=1)
    components: tuple[str, ...] = Field(min_length=1)
    settings: Mapping[str, Argument] = Field(default_factory=dict)
