"""Reads recipes. A recipe is the TOML file of an adapter.

A recipe states a model's requirements, arguments and outputs.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from models.generators.base import NativeFormat
from models.generators.enums import DType
from models.generators.hosted_tables import Api, HostedLimits, Poll, Price, Result, Submit
from models.generators.images import FitMode
from models.generators.quotes import Quote
from models.generators.recipe_tables import (
    ArgumentOrList,
    Environment,
    Guider,
    Limits,
    Official,
    Output,
    Quantization,
    Rate,
    RecipeTable,
    Repository,
    Scheduler,
    Script,
    SeedPolicy,
    Staging,
)
from models.generators.recipe_weights import ComponentWeights, LoraWeights, Weights

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]


class InvalidRecipe(ValueError):
    """An adapter's TOML file is invalid; `problems` lists all mistakes."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.problems = problems
        count = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
        super().__init__(f"{path.name} is not a valid adapter: {count}.")


class NativeTable(RecipeTable):
    """Table `[native]`: native resolution, length and frame rate."""

    width: int = Field(ge=16, le=4096)
    height: int = Field(ge=16, le=4096)
    frames: int = Field(ge=2, le=600)
    fps: Rate

    def to_format(self) -> NativeFormat:
        return NativeFormat(self.width, self.height, self.frames, self.fps)


class BaseRecipe(RecipeTable):
    """The keys in every adapter's TOML file.

    Attributes:
        name: slug of the model; equals the file name without its extension.
        title: one sentence that describes the model.
        licence: licence of the code.
        url: address of the model's repository or home page.
        verified: text that states which tests and comparisons of this model were run, and which were not.
        fit: how to resize an input image whose aspect ratio differs from the model's.
        native: native resolution, length and frame rate.
        official: the official default of each argument and the source of this default, keyed by the
            argument's name; `scheduler.NAME` is a setting of the scheduler.
    """

    name: Slug
    title: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    url: str = Field(pattern=r"^https://")
    verified: str = Field(min_length=1)
    fit: FitMode = FitMode.COVER
    native: NativeTable
    official: Mapping[str, Official] = Field(default_factory=dict)


class Recipe(BaseRecipe):
    """The additional keys of models that run on the user's machine.

    Attributes:
        gpu_gib: required GPU memory in GiB; 0 if a CPU is sufficient.
        weights: the model's weights, which setup downloads.
    """

    gpu_gib: float = Field(ge=0)
    weights: tuple[Weights, ...] = Field(min_length=1)


class DiffusersRecipe(Recipe):
    """Recipe for an image-to-video pipeline of diffusers.

    Attributes:
        kind: always `diffusers`.
        pipeline: a class of diffusers, or `module:Class` of an installed package; see `diffusers_classes`.
        workflow: workflow of a modular pipeline; see `modular_classes`.
        dtype: native floating-point type on a GPU.
        dtypes: floating-point types of pipeline components that do not use `dtype`, keyed by the component's
            name.
        packages: Python packages that the model needs in addition to the packages of the worker.
        variant: variant of the weight files, such as `fp16`.
        batches: whether the pipeline class accepts lists of images and prompts.
        compile: whether to compile the denoising network on a GPU. Compilation delays the first clip by
            minutes.
        offload_below_gib: on a GPU with less memory than this value, only the active component of the
            pipeline is on the GPU (CPU offload).
        tiling: whether to enable VAE tiling.
        cpu_threads: number of CPU threads for torch; 0 selects torch's default.
        enlarge: factor by which the frames are enlarged, without interpolation, after generation; for toy
            networks whose frames are too small to judge.
        call: additional arguments of the pipeline call.
        quotes: additional arguments whose values are texts in the source code of the installed diffusers.
        names: the pipeline class's own names for the arguments `image`, `prompt`, `height`, `width`,
            `num_frames` and `generator`. An empty name means that the class does not have the argument.
        scheduler: the scheduler that replaces the scheduler stored with the weights.
        guider: the guider of a modular pipeline.
        quantization: smaller number types for the weights.
        gpus: number of GPUs over which the components of one pipeline are distributed.
        components: pipeline components with weights in separate repositories.
        loras: LoRAs that are merged into the networks, in this order.
        weights: the weights of the pipeline, from exactly one hub repository.
    """

    kind: Literal["diffusers"]
    pipeline: str
    workflow: str = ""
    dtype: DType = DType.BFLOAT16
    dtypes: Mapping[str, DType] = Field(default_factory=dict)
    packages: tuple[str, ...] = ()
    variant: str | None = None
    batches: bool = False
    compile: bool = False
    offload_below_gib: float = Field(default=0, ge=0)
    tiling: bool = False
    cpu_threads: int = Field(default=0, ge=0)
    enlarge: int = Field(default=1, ge=1, le=16)
    call: Mapping[str, ArgumentOrList] = Field(default_factory=dict)
    quotes: Mapping[str, Quote] = Field(default_factory=dict)
    names: Mapping[str, str] = Field(default_factory=dict)
    scheduler: Scheduler | None = None
    guider: Guider | None = None
    quantization: Quantization | None = None
    gpus: int = Field(default=1, ge=1, le=16)
    components: tuple[ComponentWeights, ...] = ()
    loras: tuple[LoraWeights, ...] = ()
    weights: tuple[Weights, ...] = Field(min_length=1, max_length=1)

    @property
    def all_weights(self) -> tuple[Weights, ...]:
        """The weights of the pipeline, of its components and of its LoRAs."""
        return (*self.weights, *self.components, *self.loras)


class SubprocessRecipe(Recipe):
    """Recipe for an external program with its own checkout and Python environment.

    Attributes:
        kind: always `subprocess`.
        repository: git repository and commit of the program.
        environment: commands that create the Python environment.
        command: list of arguments, which may use placeholders; no shell runs the command.
        batch: maximum number of clips per run.
        cwd: the working directory of the program. The default is the checkout; the work folder is for
            programs that write into their working directory.
        script: constants to patch in a script, for programs without command-line options.
        staging: the input files to write for the program.
        output: the files that the program writes.
        seed: how the program is seeded.
        limits: limits on the run time and the log size.
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
    seed: SeedPolicy = SeedPolicy()
    limits: Limits


class HostedRecipe(BaseRecipe):
    """Recipe for a model behind a hosted API; see `hosted_tables`.

    Attributes:
        kind: always `hosted`.
        batch: number of clips that are submitted together.
        api, submit, poll, result: the vendor's protocol.
        price: the vendor's price of a clip.
        limits: limits on the time and the size of a clip.
    """

    kind: Literal["hosted"]
    batch: int = Field(default=4, ge=1, le=32)
    api: Api
    submit: Submit
    poll: Poll
    result: Result
    price: Price
    limits: HostedLimits = HostedLimits()


AnyRecipe = DiffusersRecipe | SubprocessRecipe | HostedRecipe
_ADAPTER: TypeAdapter[AnyRecipe] = TypeAdapter(Annotated[AnyRecipe, Field(discriminator="kind")])


def read_recipe(path: Path) -> AnyRecipe:
    """Read an adapter's TOML file.

    Raises:
        InvalidRecipe: the file is invalid; the error lists all mistakes.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        recipe = _ADAPTER.validate_python(content)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidRecipe(path, [f"The file is not valid TOML: {error}"]) from error
    except ValidationError as error:
        raise InvalidRecipe(path, [_sentence(each["loc"], each["msg"]) for each in error.errors()]) from error
    if recipe.name != path.stem:
        raise InvalidRecipe(path, [f"name: {recipe.name!r} must equal the file name {path.stem!r}"])
    return recipe


def recipe_sha256(path: Path) -> str:
    """Return the hash of an adapter's TOML file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    if not location:
        return 'kind: expected "diffusers", "subprocess" or "hosted"'
    # The first element is pydantic's tag of the union, which is not a key in the file.
    return f"{'.'.join(map(str, location[1:])) or 'kind'}: {message}"
