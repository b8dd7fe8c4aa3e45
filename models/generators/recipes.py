"""Adapters as TOML files: what a model needs, how it is called, what comes out; unknown keys are errors."""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from models.generators.base import NativeForm
from models.generators.enums import DType
from models.generators.images import Fit
from models.generators.recipe_tables import (
    Argument,
    Commit,
    Environment,
    Limits,
    Output,
    Part,
    Rate,
    Repository,
    Script,
    Seeding,
    Staging,
)

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]


class RecipeProblem(ValueError):
    """An adapter's TOML is wrong; `problems` lists all of it."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"{path.name} is no adapter: {len(problems)} problem{'s' * (len(problems) != 1)}.")


class Form(Part):
    """The native form; `[native]`."""

    width: int = Field(ge=16, le=4096)
    height: int = Field(ge=16, le=4096)
    frames: int = Field(ge=2, le=600)
    fps: Rate

    def as_form(self) -> NativeForm:
        return NativeForm(self.width, self.height, self.frames, self.fps)


class Weights(Part):
    """Weights to download; `[[weights]]`.

    Attributes:
        source: a repository of the Hugging Face hub, or an https address.
        gb: about the size of the download in gigabytes.
        revision: commit of a hub repository. Empty: not known to us; `ti2v generators setup` pins it.
        into: where in the checkout it belongs; native models leave it empty, for the hub's own cache.
        files: patterns of the files needed; all of them if empty.
    """

    source: str
    gb: float = Field(gt=0)
    licence: str = Field(min_length=1)
    revision: Commit | Literal[""] = ""
    into: str = ""
    files: tuple[str, ...] = ()

    @property
    def is_on_hub(self) -> bool:
        return "://" not in self.source

    def __str__(self) -> str:
        return f"{self.source} ({self.gb:g} GB, {self.licence})"


class Recipe(Part):
    """What every adapter says.

    Attributes:
        gpu_gib: memory the GPU must have; 0 where a CPU does.
        fit: how input images of another shape are brought to the native one.
        verified: what was run or compared by us, and what never was.
    """

    name: Slug
    title: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    url: str = Field(pattern=r"^https://")
    verified: str = Field(min_length=1)
    gpu_gib: float = Field(ge=0)
    fit: Fit = Fit.COVER
    native: Form
    weights: tuple[Weights, ...] = Field(min_length=1)


class DiffusersRecipe(Recipe):
    """A diffusers image-to-video pipeline.

    Attributes:
        pipeline: name of the class, see `diffusers_classes`.
        dtype: the model's own on a GPU.
        dtypes: of single components where it differs.
        packages: modules its class imports beyond the worker's own packages.
        variant: of the weight files, as `fp16`.
        batches: the class takes lists of images and prompts; else requests go one after another.
        compile: compile the denoising network on a GPU; the first clip takes minutes longer.
        offload_below_gib: on a smaller GPU keep only the component at work on it.
        tiling: let the VAE work tile by tile.
        cpu_threads: torch takes while clips are made; 0 leaves it the choice.
        call: further arguments of the call, as they are.
        names: what this class calls `image`, `prompt`, `height`, `width`, `num_frames`, `generator`;
            empty where it takes no such argument.
    """

    kind: Literal["diffusers"]
    pipeline: str
    dtype: DType = DType.BFLOAT16
    dtypes: Mapping[str, DType] = Field(default_factory=dict)
    packages: tuple[str, ...] = ()
    variant: str | None = None
    batches: bool = False
    compile: bool = False
    offload_below_gib: float = Field(default=0, ge=0)
    tiling: bool = False
    cpu_threads: int = Field(default=0, ge=0)
    call: Mapping[str, Argument] = Field(default_factory=dict)
    names: Mapping[str, str] = Field(default_factory=dict)
    weights: tuple[Weights, ...] = Field(min_length=1, max_length=1)


class SubprocessRecipe(Recipe):
    """A program in a checkout and environment of its own; none of its code is in ours.

    Attributes:
        command: argument by argument; placeholders as in `staging`. No shell reads it.
        script: for a program without a command line, whose settings stand in its text.
        batch: clips a run makes at most; 1 where the program makes one.
        cwd: where it runs: its checkout, or the work folder that takes what it writes beside itself.
    """

    kind: Literal["subprocess"]
    repository: Repository
    environment: Environment
    command: tuple[str, ...] = Field(min_length=1)
    batch: int = Field(ge=1, le=320)
    cwd: Literal["checkout", "work"] = "checkout"
    script: Script | None = None
    staging: Staging
    output: Output
    seed: Seeding = Seeding()
    limits: Limits


AnyRecipe = Annotated[DiffusersRecipe | SubprocessRecipe, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[DiffusersRecipe | SubprocessRecipe] = TypeAdapter(AnyRecipe)


def read_recipe(path: Path) -> DiffusersRecipe | SubprocessRecipe:
    """Read an adapter.

    Raises:
        RecipeProblem: with all that is wrong.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        recipe = _ADAPTER.validate_python(content)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeProblem(path, [f"It is not TOML: {error}"]) from error
    except ValidationError as error:
        raise RecipeProblem(path, [_sentence(each["loc"], each["msg"]) for each in error.errors()]) from error
    if recipe.name != path.stem:
        raise RecipeProblem(path, [f"name: it says {recipe.name!r}, the file is called {path.stem!r}"])
    return recipe


def recipe_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    if not place:
        return 'kind: say "diffusers" or "subprocess"'
    # The first step is the union's tag, which nobody wrote.
    return f"{'.'.join(map(str, place[1:])) or 'kind'}: {message}"
