"""Text-to-video networks in diffusers' layout, and how they come to take in an image."""

from pathlib import Path

import torch
from diffusers.models.unets.unet_3d_condition import UNet3DConditionModel
from torch import nn

from models.motif.checkpoints import CheckpointError, load_into, read_tensors, refuse_gaps
from models.motif.conditioning import Conditioning, widened
from models.motif.unet import MotifUNet

__all__ = ["CheckpointError", "read_motif_unet", "read_tensors", "read_text_to_video", "with_image"]

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
    refuse_gaps(place, notes["missing_keys"], notes["unexpected_keys"])
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
        network: MotifUNet = MotifUNet.from_pretrained(place, local_files_only=True)
    except OSError as error:
        raise CheckpointError(f"{place}: not a network of ours ({error})") from error
    return network


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
