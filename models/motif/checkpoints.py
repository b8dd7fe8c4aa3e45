"""Checkpoints: read without running anything they name, and refused unless they are whole.

diffusers and transformers only warn where a file lacks tensors, and go on with random ones: a model loaded
that way makes clips, and they are wrong.
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

State = Mapping[str, Tensor]

_NAMES_SHOWN = 4


class CheckpointError(ValueError):
    """A checkpoint is not what it should be; the message names the file and what was expected."""


class WholeModel(ModelMixin):
    """A model that loads from a folder with exactly its tensors, or not at all."""

    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, **options: object
    ) -> Self:
        """Load as diffusers does.

        Raises:
            CheckpointError: tensors are missing or unexpected.
            OSError: there is no such file, or it is damaged.
        """
        source = pretrained_model_name_or_path
        # With this option diffusers returns a pair, which its types do not say.
        loaded: object = super().from_pretrained(source, **{**options, "output_loading_info": True})
        assert isinstance(loaded, tuple)
        model, notes = loaded
        refuse_gaps(source, notes["missing_keys"], notes["unexpected_keys"])
        assert isinstance(model, cls)
        return model


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file, or of a pickle of plain tensors, by name.

    A pickle is read without running anything it names. Plain numbers and texts beside the tensors, such as
    the state of a training run, are left out.

    Raises:
        CheckpointError: the file is damaged, names things other than tensors, or holds no tensors.
    """
    state = load_safetensors(path) if path.suffix == ".safetensors" else _load_pickle(path)
    tensors = {name: value for name, value in state.items() if isinstance(value, Tensor)}
    if not tensors:
        raise CheckpointError(f"{path}: holds no tensors; expected a checkpoint of a network")
    return tensors


def load_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except SafetensorError as error:
        raise CheckpointError(f"{path}: not a whole safetensors file ({error})") from error


def check_names(source: object, found: Collection[str], expected: Collection[str]) -> None:
    """Refuse a checkpoint whose tensors are not those a network has.

    Raises:
        CheckpointError: names are missing or unexpected; the message counts them and shows the first ones.
    """
    refuse_gaps(source, set(expected) - set(found), set(found) - set(expected))


def refuse_gaps(source: object, missing: Collection[str], unexpected: Collection[str]) -> None:
    """Refuse a checkpoint that lacks these tensors or has those.

    Raises:
        CheckpointError: there are some; the message counts them and shows the first ones.
    """
    if missing or unexpected:
        raise CheckpointError(
            f"{source}: expected exactly the tensors of this network; {_listed('missing', missing)}; "
            f"{_listed('unexpected', unexpected)}"
        )


def check_stored(folder: Path, model: nn.Module) -> None:
    """Refuse a component of transformers whose folder lacks some of its tensors.

    Older files name the model in front of each tensor, as in `text_model.final_layer_norm.bias`; others stand
    as they are.

    Raises:
        CheckpointError: tensors are missing; the message counts them and shows the first ones.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        return
    stored = {name for file in files for name in _names_in(file)}
    stored |= {name.partition(".")[2] for name in stored}
    refuse_gaps(folder, set(model.state_dict()) - stored, ())


def _names_in(file: Path) -> Iterator[str]:
    with safe_open(file, framework="pt") as tensors:
        yield from tensors.keys()


def load_into(network: nn.Module, state: State, source: object) -> None:
    """Give a network exactly these weights.

    Raises:
        CheckpointError: a name is missing or unexpected, or a shape differs.
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
    # Bytes that are no pickle end in whatever their first instruction stumbles over.
    except (pickle.UnpicklingError, EOFError, RuntimeError, LookupError, ValueError, TypeError) as error:
        raise CheckpointError(
            f"{path}: not a pickle of plain tensors, and nothing else is read. If you trust where it is "
            "from, write its tensors as safetensors first"
        ) from error
    if isinstance(loaded, dict) and isinstance(loaded.get("state_dict"), dict):
        loaded = loaded["state_dict"]
    if not isinstance(loaded, dict):
        raise CheckpointError(f"{path}: holds a {type(loaded).__name__}; expected a dictionary of tensors")
    return loaded


def _listed(what: str, found: Collection[str]) -> str:
    names = sorted(found)
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"{len(names)} {what}" + (f" ({shown}{more})" if names else "")
