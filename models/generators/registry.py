"""The table of all models by name. Importing it loads no network; opening an entry does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from benchmark.scenes.weight_free import WEIGHT_FREE_MODELS
from models.generators.base import BadInput, Generator, NativeForm
from models.generators.weight_free import FORM, DrawnGenerator, StaticGenerator


@dataclass(frozen=True)
class GeneratorEntry:
    """What is known of a model before it is opened.

    Attributes:
        name: slug of the model in the service.
        title: a sentence.
        licence: of the code; where the weights have another one, `weights` says it.
        weights: where they come from and how large they are.
        needs: what a machine must have.
        verified: what of it was run by us, and what never was.
        batch: how many requests one call takes at best.
        why_not: says why it cannot run here and what to do, or None; fast, and loads no network.
        open: makes the generator; `load` comes next. It takes the folder of the weights (the checkout, for a
            subprocess adapter), or None for where `settings` says.
    """

    name: str
    title: str
    licence: str
    weights: str
    native: NativeForm
    needs: str
    verified: str
    batch: int
    why_not: Callable[[], str | None]
    open: Callable[[Path | None], Generator]


class UnknownModel(LookupError):
    """No model goes by that name; the message lists those that do."""


@cache
def generators() -> Mapping[str, GeneratorEntry]:
    """Return all models in the order they are listed in."""
    entries = [_static(), *_drawn()]
    return MappingProxyType({entry.name: entry for entry in entries})


def entry_named(name: str) -> GeneratorEntry:
    """Return one entry.

    Raises:
        UnknownModel: nothing goes by that name.
    """
    try:
        return generators()[name]
    except KeyError:
        raise UnknownModel(f"There is no model {name!r}; there are {', '.join(generators())}.") from None


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
