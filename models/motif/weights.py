"""Loads text-to-video networks in diffusers' layout and adds image conditioning to the networks."""

from pathlib import Path

import torch
from diffusers.models.unets.unet_3d_condition import UNet3DConditionModel
from torch import nn

from models.motif.checkpoints import CheckpointError, check_key_mismatch, load_exact_state_dict, read_tensors
from models.motif.conditioning import Conditioning, widen_input_channels
from models.motif.unet import MotifUNet

__all__ = [
    "CheckpointError",
    "add_image_conditioning",
    "read_motif_unet",
    "read_tensors",
    "read_text_to_video",
]

# Config keys that a MotifUNet takes from the text-to-video network.
_SHARED = (
    "block_out_channels",
    "layers_per_block",
    "cross_attention_dim",
    "attention_head_dim",
    "norm_num_groups",
)
# Config values that MotifUNet assumes; with other values its outputs would differ.
_FIXED = {"act_fn": "silu", "norm_eps": 1e-5, "downsample_padding": 1, "mid_block_scale_factor": 1}


def read_text_to_video(folder: Path, conditioning: Conditioning) -> MotifUNet:
    """Load a text-to-video UNet in diffusers' layout, such as ModelScope, and add image conditioning.

    The added weights, those of the frame rate embedding and of the image conditioning, are initialised to
    zero. Before training, the outputs therefore equal the outputs of the original network.

    Args:
        folder: a pipeline folder with a `unet` subfolder, or the `unet` folder itself.
        conditioning: the image conditioning to add.

    Raises:
        CheckpointError: the folder holds no network, tensors are missing, or the architecture is not
            supported.
    """
    unet_folder = folder / "unet" if (folder / "unet").is_dir() else folder
    if not (unet_folder / "config.json").is_file():
        raise CheckpointError(
            f"{folder}: no config.json; expected a UNet3DConditionModel in diffusers' layout"
        )
    base, info = UNet3DConditionModel.from_pretrained(
        unet_folder, local_files_only=True, output_loading_info=True
    )
    check_key_mismatch(unet_folder, info["missing_keys"], info["unexpected_keys"])
    return add_image_conditioning(base, conditioning, source=unet_folder)


def read_motif_unet(folder: Path) -> MotifUNet:
    """Load a saved `MotifUNet`.

    Args:
        folder: a pipeline folder with a `unet` subfolder, or the `unet` folder itself.

    Raises:
        CheckpointError: the folder holds no network, or tensors are missing or unexpected.
    """
    unet_folder = folder / "unet" if (folder / "unet").is_dir() else folder
    try:
        network: MotifUNet = MotifUNet.from_pretrained(unet_folder, local_files_only=True)
    except OSError as error:
        raise CheckpointError(f"{unet_folder}: not a saved MotifUNet ({error})") from error
    return network


def add_image_conditioning(
    base: UNet3DConditionModel,
    conditioning: Conditioning,
    *,
    source: object,
    image_token_dim: int = 1280,
    image_token_count: int = 257,
) -> MotifUNet:
    """Return a `MotifUNet` with a text-to-video network's weights and zero weights for the image input.

    Args:
        base: the text-to-video network.
        conditioning: the image conditioning to add.
        source: name of the network in error messages.
        image_token_dim: channels of an image token.
        image_token_count: image tokens per clip.

    Raises:
        CheckpointError: `MotifUNet` does not support the network's architecture.
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
        taken["unet.conv_in.weight"] = widen_input_channels(
            taken["unet.conv_in.weight"], network.latent_channels
        )
    load_exact_state_dict(network, {**taken, **added}, source)
    nn.Module.to(network, base.dtype)
    network.eval()
    return network
