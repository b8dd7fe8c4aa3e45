"""Lists all models by name. Importing this module does not load a neural network."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType

from benchmark.synthetic_models import SYNTHETIC_MODELS
from models.generators.adapter_entries import adapter_entry, shipped_adapter, user_adapters
from models.generators.base import BadInput, Generator
from models.generators.entries import GeneratorEntry
from models.generators.motif_entries import motif_entries
from models.generators.synthetic import SYNTHETIC_FORMAT, SceneGenerator, StaticGenerator

# In display order: the nine baselines of the paper, then newer models.
ADAPTERS = (
    "dynamicrafter",
    "videocrafter",
    "cinemo",
    "seine",
    "cond-leak",
    "ti2v-zero",
    "animate-anything",
    "consisti2v",
    "i2vgen-xl",
    "cogvideox-5b-i2v",
    "cogvideox-1.5-5b-i2v",
    "wan-2.1-i2v-14b-480p",
    "wan-2.2-i2v-a14b",
    "wan-2.2-ti2v-5b",
    "ltx-video",
    "ltx-2",
    "hunyuanvideo-i2v",
    "hunyuanvideo-1.5-i2v-480p",
    "hunyuanvideo-1.5-i2v-720p",
    "framepack-i2v",
    "skyreels-v2-i2v-1.3b-540p",
    "skyreels-v2-i2v-14b-720p",
    "skyreels-v1-i2v",
    "kandinsky-5-i2v-pro",
    "kandinsky-6-ti2va-pro",
    "cosmos-predict2-2b",
    "cosmos3-nano",
    "helios-base",
    "sana-video-2b-480p",
    "minimax-h3",
)


class UnknownModel(LookupError):
    """There is no model with this name. The message suggests the closest name or lists all names."""


@cache
def generators() -> Mapping[str, GeneratorEntry]:
    """Return all models by name, in display order.

    Raises:
        InvalidRecipe: an adapter of the user is invalid.
        ValueError: an adapter of the user has the same name as another model.
    """
    adapters = [adapter_entry(shipped_adapter(name)) for name in ADAPTERS]
    entries = [_static(), *_synthetic(), *motif_entries(), *adapters]
    registry = {entry.name: entry for entry in entries}
    for path in user_adapters():
        if path.stem in registry:
            raise ValueError(f"{path}: there is already a model {path.stem}. Rename the file.")
        registry[path.stem] = adapter_entry(path)
    return MappingProxyType(registry)


def get_entry(name: str) -> GeneratorEntry:
    """Return the entry of a model.

    Raises:
        UnknownModel: there is no model with this name.
    """
    try:
        return generators()[name]
    except KeyError:
        closest = get_close_matches(name, generators(), n=1)
        hint = (
            f"did you mean {closest[0]}? To list all models, run: ti2v generators"
            if closest
            else f"expected one of {', '.join(generators())}."
        )
        raise UnknownModel(f"There is no model {name!r}; {hint}") from None


def create_generator(name: str, *, checkpoint: Path | None = None) -> Generator:
    """Create the generator of a model, without loading weights.

    Args:
        name: name of the model.
        checkpoint: see `GeneratorEntry.create`.

    Raises:
        UnknownModel: there is no model with this name.
        CannotRun: a requirement is missing on this machine.
    """
    return get_entry(name).create(checkpoint)


def _static() -> GeneratorEntry:
    return _synthetic_entry("static", "Repeats the input image; works for every pair.", StaticGenerator)


def _synthetic() -> list[GeneratorEntry]:
    # The scene engine also has a model `static`, but for bundled pairs only.
    return [
        _synthetic_entry(name, title, _scene_factory(name))
        for name, title in SYNTHETIC_MODELS.items()
        if name != "static"
    ]


def _scene_factory(name: str) -> Callable[[], Generator]:
    return lambda: SceneGenerator(name)


def _without_weights(name: str, factory: Callable[[], Generator]) -> Callable[[Path | None], Generator]:
    def create(checkpoint: Path | None) -> Generator:
        if checkpoint is not None:
            raise BadInput(f"{name} has no weights. Omit --checkpoint.")
        return factory()

    return create


def _synthetic_entry(name: str, title: str, factory: Callable[[], Generator]) -> GeneratorEntry:
    return GeneratorEntry(
        name=name,
        title=title,
        licence="Apache-2.0",
        weights="none",
        native=SYNTHETIC_FORMAT,
        needs="nothing" if name == "static" else "pairs of the bundled benchmark",
        verified="runs in the tests",
        batch=8,
        unavailable_reason=lambda: None,
        create=_without_weights(name, factory),
    )
