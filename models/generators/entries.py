"""Defines the registry entry of a model: its metadata, and how to create its generator."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.generators.base import Generator, NativeFormat


@dataclass(frozen=True)
class GeneratorEntry:
    """Metadata of a model.

    Attributes:
        name: slug of the model on the server.
        title: one sentence that describes the model.
        licence: licence of the code; if the weights have a different licence, `weights` states the weights'
            licence.
        weights: source, size and licence of the weights, as text.
        native: resolution, length and frame rate of the model's clips.
        needs: hardware and software requirements.
        verified: text that states which tests of this model were run, and which were not.
        batch: recommended number of requests per call.
        unavailable_reason: function that returns why the model cannot run on this machine and what to do;
            None if the model can run. The function is fast.
        create: function that returns the generator, without loading the weights. The argument of `create` is
            the folder of the weights or, for a subprocess adapter, the folder of the checkout. If the folder
            is None, the function uses the folder in the settings.
    """

    name: str
    title: str
    licence: str
    weights: str
    native: NativeFormat
    needs: str
    verified: str
    batch: int
    unavailable_reason: Callable[[], str | None]
    create: Callable[[Path | None], Generator]
