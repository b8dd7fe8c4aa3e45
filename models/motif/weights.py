"""Reads weights of others: files that hold tensors and nothing else, folders as diffusers writes them."""

import pickle
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import torch
from diffusers.models.unets.unet_3d_condition import UNet3DConditionModel
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from models.motif.conditioning import Conditioning, widened
from models.motif.unet import MotifUNet

State = Mapping[str, Tensor]

# What a network of ours takes from a text-to-video network's config.
_SHARED = (
    "block_out_channels",
    "layers_per_block",
    "cross_attention_dim",
    "attention_head_dim",
    "norm_num_groups",
)
# What ours fixes; a network built otherwise would answer differently.
_FIXED = {"act_fn": "silu", "norm_eps": 1e-5, "downsample_padding": 1, "mid_block_scale_factor": 1}
_NAMES_SHOWN = 4


class CheckpointError(Exception):
    """A checkpoint is not what it should be; the message names the file and what was expected."""


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
    missing = sorted(set(expected) - set(found))
    unexpected = sorted(set(found) - set(expected))
    if missing or unexpected:
        raise CheckpointError(
            f"{source}: expected the {len(expected)} tensors of this network; "
            f"{_listed('missing', missing)}; {_listed('unexpected', unexpected)}"
        )


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


def read_text_to_video(folder: Path, conditioning: Conditioning) -> MotifUNet:
    """Return a network with the weights of a text-to-video UNet in diffusers' layout: ModelScope, zeroscope.

    It answers as that network does until it is trained: that one knows no frame rate, so the new embedding
    starts at zero, and so does all that takes in the image.

    Args:
        folder: a pipeline with a `unet` folder, or that folder.

    Raises:
        CheckpointError: there is no such network, tensors are missing, or it is built in another way.
    """
    place = folder / "unet" if (folder / "unet").is_dir() else folder
    if not (place / "config.json").is_file():
        raise CheckpointError(
            f"{folder}: no config.json; expected a UNet3DConditionModel in diffusers' layout"
        )
    base, notes = UNet3DConditionModel.from_pretrained(place, local_files_only=True, output_loading_info=True)
    _refuse_notes(place, notes)
    return with_image(base, conditioning, source=place)


def read_motif_unet(folder: Path) -> MotifUNet:
    """Return a stored network of ours.

    Args:
        folder: a pipeline with a `unet` folder, or that folder.

    Raises:
        CheckpointError: there is no such network, or tensors are missing or too many.
    """
    place = folder / "unet" if (folder / "unet").is_dir() else folder
    try:
        network, notes = MotifUNet.from_pretrained(place, local_files_only=True, output_loading_info=True)
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{place}: not a network of ours ({error})") from error
    _refuse_notes(place, notes)
    own: MotifUNet = network
    return own


def with_image(
    base: UNet3DConditionModel,
    conditioning: Conditioning,
    *,
    source: object,
    image_token_dim: int = 1280,
    image_token_count: int = 257,
) -> MotifUNet:
    """Return a network that answers as a text-to-video network does, and takes an image as well.

    Args:
        source: named in errors.

    Raises:
        CheckpointError: the network is built in a way ours is not.
    """
    for name, value in _FIXED.items():
        if base.config[name] != value:
            raise CheckpointError(f"{source}: {name} is {base.config[name]!r}; expected {value!r}")
    network: MotifUNet = MotifUNet(
        latent_channels=base.config["out_channels"],
        conditioning=conditioning.value,
        image_token_dim=image_token_dim,
        image_token_count=image_token_count,
        **{name: base.config[name] for name in _SHARED},
    )
    own = network.state_dict()
    taken = {f"unet.{name}": tensor for name, tensor in base.state_dict().items()}
    added = {name: tensor for name, tensor in own.items() if name not in taken}
    for name in ("fps_embedding.linear_2.weight", "fps_embedding.linear_2.bias"):
        added[name] = torch.zeros_like(added[name])
    if conditioning.concatenates:
        taken["unet.conv_in.weight"] = widened(taken["unet.conv_in.weight"], network.latent_channels)
    load_into(network, {**taken, **added}, source)
    nn.Module.to(network, base.dtype)
    network.eval()
    return network


def _load_pickle(path: Path) -> Mapping[str, object]:
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, EOFError, RuntimeError) as error:
        raise CheckpointError(
            f"{path}: not a pickle of plain tensors, and nothing else is read. If you trust where it is "
            "from, write its tensors as safetensors first"
        ) from error
    if isinstance(loaded, dict) and isinstance(loaded.get("state_dict"), dict):
        loaded = loaded["state_dict"]
    if not isinstance(loaded, dict):
        raise CheckpointError(f"{path}: holds a {type(loaded).__name__}; expected a dictionary of tensors")
    return loaded


def _refuse_notes(source: object, notes: Mapping[str, Sequence[str]]) -> None:
    """Refuse what diffusers would only warn about."""
    missing, unexpected = notes["missing_keys"], notes["unexpected_keys"]
    if missing or unexpected:
        raise CheckpointError(f"{source}: {_listed('missing', missing)}; {_listed('unexpected', unexpected)}")


def _listed(what: str, names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"{len(names)} {what}" + (f" ({shown}{more})" if names else "")
