"""The table of all models by name. Importing it loads no network; opening an entry does."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType

from benchmark.scenes.synthetic import WEIGHT_FREE_MODELS
from models.generators.adapter_entries import adapter_entry, own_adapters, shipped_adapter
from models.generators.base import BadInput, Generator
from models.generators.entries import GeneratorEntry
from models.generators.motif_entries import motif_entries
from models.generators.synthetic import FORM, DrawnGenerator, StaticGenerator

# In the order they are listed in: the nine baselines of the paper, then what came after it.
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
    "wan-2.1-i2v-14b-480p",
    "wan-2.2-i2v-a14b",
    "ltx-video",
    "hunyuanvideo-i2v",
    "hunyuanvideo-1.5-i2v-480p",
    "skyreels-v2-i2v-1.3b-540p",
    "skyreels-v1-i2v",
    "kandinsky-5-i2v-pro",
    "cosmos-predict2-2b",
)


class UnknownModel(LookupError):
    """No model goes by that name; the message names the nearest, or all."""


@cache
def generators() -> Mapping[str, GeneratorEntry]:
    """Return all models in the order they are listed in.

    Raises:
        RecipeProblem: an adapter of your own is wrong.
        ValueError: it goes by the name of another model.
    """
    adapters = [adapter_entry(shipped_adapter(name)) for name in ADAPTERS]
    entries = [_static(), *_drawn(), *motif_entries(), *adapters]
    table = {entry.name: entry for entry in entries}
    for path in own_adapters():
        if path.stem in table:
            raise ValueError(f"{path} goes by a name that is taken; rename it.")
        table[path.stem] = adapter_entry(path)
    return MappingProxyType(table)


def entry_named(name: str) -> GeneratorEntry:
    """Return one entry.

    Raises:
        UnknownModel: nothing goes by that name.
    """
    try:
        return generators()[name]
    except KeyError:
        near = get_close_matches(name, generators(), n=1)
        there = (
            f"is it {near[0]}? All are listed by: ti2v generators"
            if near
            else f"there are {', '.join(generators())}."
        )
        raise UnknownModel(f"There is no model {name!r}; {there}") from None


def open_generator(name: str, *, checkpoint: Path | None = None) -> Generator:
    """Return a model, not loaded yet.

    Args:
        checkpoint: see `GeneratorEntry.open`.

    Raises:
        UnknownModel: nothing goes by that name.
        CannotRun: something it needs is missing here.
    """
    return entry_named(name).open(checkpoint)


def _static() -> GeneratorEntry:
    return _weight_free("static", "The input image of any pair repeated; nothing moves.", StaticGenerator)


def _drawn() -> list[GeneratorEntry]:
    # The scene engine's own `static` is left out: ours serves every benchmark.
    return [
        _weight_free(name, sentence, _drawer(name))
        for name, sentence in WEIGHT_FREE_MODELS.items()
        if name != "static"
    ]


def _drawer(name: str) -> Callable[[], Generator]:
    return lambda: DrawnGenerator(name)


def _without_weights(name: str, open_it: Callable[[], Generator]) -> Callable[[Path | None], Generator]:
    def opened(checkpoint: Path | None) -> Generator:
        if checkpoint is not None:
            raise BadInput(f"{name} has no weights; leave the checkpoint out.")
        return open_it()

    return opened


def _weight_free(name: str, title: str, open_it: Callable[[], Generator]) -> GeneratorEntry:
    return GeneratorEntry(
        name=name,
        title=title,
        licence="Apache-2.0",
        weights="none",
        native=FORM,
        needs="nothing" if name == "static" else "pairs of the bundled benchmark",
        verified="runs in the tests",
        batch=8,
        why_not=lambda: None,
        open=_without_weights(name, open_it),
    )
