"""What is known of a model before it is opened."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.generators.base import Generator, NativeForm


@dataclass(frozen=True)
class GeneratorEntry:
    """A row of the table.

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
