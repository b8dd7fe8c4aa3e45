"""Loads checkpoints without running code from pickles, and fails if tensors are missing or unexpected.

If tensors are missing, diffusers and transformers only log a warning and initialise the tensors randomly.
A model with random tensors generates wrong clips and reports no error.
"""

import os
import pickle
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Self

import torch
from diffusers.models.modeling_utils import ModelMixin
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import PreTrainedModel

StateDict = Mapping[str, Tensor]

_NAMES_SHOWN = 4


class CheckpointError(ValueError):
    """A checkpoint cannot be used; the message names the file and what was expected."""


class StrictModel(ModelMixin):
    """A diffusers model that loads a file only if the file contains exactly the model's tensors."""

    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, **options: object
    ) -> Self:
        """Load a model as diffusers does, and check that all tensors of the model were loaded.

        Raises:
            CheckpointError: tensors are missing or unexpected.
            OSError: the file does not exist, or is damaged.
        """
        source = pretrained_model_name_or_path
        # With this option diffusers returns a pair, which its type hints do not declare.
        loaded: object = super().from_pretrained(source, **{**options, "output_loading_info": True})
        assert isinstance(loaded, tuple)
        model, info = loaded
        check_key_mismatch(source, info["missing_keys"], info["unexpected_keys"])
        assert isinstance(model, cls)
        return model


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file, or of a pickle of plain tensors, by name.

    Pickles are loaded without running code. Numbers and strings besides the tensors, such as the state of a
    training run, are dropped.

    Raises:
        CheckpointError: the file is damaged, references classes other than tensors, or holds no tensors.
    """
    state = load_safetensors(path) if path.suffix == ".safetensors" else _load_pickle(path)
    tensors = {name: value for name, value in state.items() if isinstance(value, Tensor)}
    if not tensors:
        raise CheckpointError(f"{path}: the file has no tensors; expected a checkpoint of a network")
    return tensors


def load_safetensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file by name.

    Raises:
        CheckpointError: the file is damaged.
    """
    try:
        return load_file(path)
    except SafetensorError as error:
        raise CheckpointError(f"{path}: not a valid safetensors file ({error})") from error


def check_names(source: object, found: Collection[str], expected: Collection[str]) -> None:
    """Check that a checkpoint has exactly the expected tensor names.

    Raises:
        CheckpointError: names are missing or unexpected; the message states their number and the first names.
    """
    check_key_mismatch(source, set(expected) - set(found), set(found) - set(expected))


def check_key_mismatch(source: object, missing: Collection[str], unexpected: Collection[str]) -> None:
    """Check that no tensor names are missing or unexpected.

    Raises:
        CheckpointError: names are missing or unexpected; the message states their number and the first names.
    """
    if missing or unexpected:
        raise CheckpointError(
            f"{source}: expected exactly the tensors of this network; {_summarise('missing', missing)}; "
            f"{_summarise('unexpected', unexpected)}"
        )


def check_stored_tensors(folder: Path, model: nn.Module) -> None:
    """Check that the folder of a transformers model holds all tensors of the model.

    Older versions of transformers add a prefix to the names, as in `text_model.final_layer_norm.bias`; names
    with and without the prefix are accepted.

    Raises:
        CheckpointError: tensors are missing; the message states their number and the first names.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        return
    stored = {name for file in files for name in _names_in(file)}
    stored |= {name.partition(".")[2] for name in stored}
    check_key_mismatch(folder, set(model.state_dict()) - stored, ())


def check_component(name: str, model: PreTrainedModel | None) -> None:
    """Check a component that diffusers loaded from the subfolder `name` of a stored pipeline.

    Components from other sources are not checked.

    Raises:
        CheckpointError: the folder lacks tensors; see `check_stored_tensors`.
    """
    folder = Path(model.name_or_path) if model is not None else Path()
    if model is not None and folder.name == name and folder.is_dir():
        check_stored_tensors(folder, model)


def _names_in(file: Path) -> Iterator[str]:
    with safe_open(file, framework="pt") as tensors:
        yield from tensors.keys()


def load_exact_state_dict(network: nn.Module, state: StateDict, source: object) -> None:
    """Load a state dict into a network after checking all names and shapes.

    Raises:
        CheckpointError: a tensor is missing, is unexpected, or has the wrong shape.
    """
    own = network.state_dict()
    check_names(source, state.keys(), own.keys())
    for name, tensor in state.items():
        if tensor.shape != own[name].shape:
            raise CheckpointError(
                f"{source}: {name} has shape {tuple(tensor.shape)}; expected {tuple(own[name].shape)}"
            )
    network.load_state_dict(dict(state))


def _load_pickle(path: Path) -> Mapping[str, object]:
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    # Reading arbitrary bytes as a pickle can raise any of these exceptions.
    except (pickle.UnpicklingError, EOFError, RuntimeError, LookupError, ValueError, TypeError) as error:
        raise CheckpointError(
            f"{path}: not a pickle of plain tensors; other pickles are not loaded because they can run code. "
            "If you trust the source, convert the tensors to safetensors first"
        ) from error
    if isinstance(loaded, dict) and isinstance(loaded.get("state_dict"), dict):
        loaded = loaded["state_dict"]
    if not isinstance(loaded, dict):
        raise CheckpointError(
            f"{path}: the file has a {type(loaded).__name__}; expected a dictionary of tensors"
        )
    return loaded


def _summarise(what: str, found: Collection[str]) -> str:
    names = sorted(found)
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"{len(names)} {what}" + (f" ({shown}{more})" if names else "")
