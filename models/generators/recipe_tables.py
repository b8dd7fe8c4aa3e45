"""Tables of an adapter's TOML that say how a program in a checkout of its own is set up and called."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

Argument = bool | int | float | str
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Rate = Annotated[Fraction, BeforeValidator(lambda value: Fraction(str(value))), Field(gt=0)]


class Part(BaseModel):
    """A table of a TOML file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Repository(Part):
    url: str = Field(pattern=r"^https://github\.com/[\w.-]+/[\w.-]+$")
    commit: Commit


class Environment(Part):
    """How the checkout's own environment is made; `[environment]`.

    Attributes:
        python: version its authors name.
        steps: command lines run in the checkout, in order; `{python}` is its interpreter.
        interpreter: path of the interpreter, from the checkout.
    """

    python: str
    steps: tuple[str, ...] = Field(min_length=1)
    interpreter: str = ".venv/bin/python"


class Script(Part):
    """A script whose settings are constants in its text; `[script]`, see `script_copy`.

    Attributes:
        path: where it is in the checkout. A changed copy in the work folder is what runs, as `{script}`.
        settings: names as the script writes them, and what each is set to; placeholders as in `staging`.
        seeds: whose random numbers are seeded after the script's imports.
    """

    path: str = Field(min_length=1)
    settings: Mapping[str, JsonValue] = Field(min_length=1)
    seeds: tuple[Literal["random", "numpy", "torch"], ...] = ()


class Staging(Part):
    """What is laid out for the program; `[staging]`.

    Attributes:
        inputs: folder of the images below the work folder.
        stems: images are called `<number>_<pair id>`, or only `<number>` for programs that trip over words.
        prompts_file: a file with a prompt a line, in the order of the sorted images.
        requests_file: our file protocol, see `staging`.
        config_file: YAML made of `config`, where a list of one element that names a clip is repeated.
        forbidden: letters a prompt may not have, as it becomes a file name.
        max_prompt_bytes: for the same reason.
        path_without: what the path of the work folder must not hold.
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


class Output(Part):
    """What comes out; `[output]`.

    Attributes:
        pattern: of a clip's file, below the work folder; exactly one must match.
        images: the pattern means one image a frame instead, PNG or JPEG, in the order of their names.
        fps: rate of that file where it is not the native one.
    """

    pattern: str
    images: bool = False
    fps: Rate | None = None


class Seeding(Part):
    """`[seed]`.

    Attributes:
        per: `clip` if the program seeds each clip, `run` if once: there a clip depends on its place.
        offset: added to our seed, for programs that take 0 for none.
    """

    per: Literal["clip", "run"] = "run"
    offset: int = 0


class Limits(Part):
    """`[limits]`: seconds for loading and for each clip; the log's share of the disk."""

    load_s: float = Field(gt=0)
    clip_s: float = Field(gt=0)
    log_bytes: int = Field(default=8 * 1024**2, ge=1024)
