"""Converts the autoencoder and the text encoder that a VideoCrafter2 checkpoint contains.

The autoencoder and the text encoder are networks of Stable Diffusion 2. In the checkpoint, the tensors of
these networks have the names that latent diffusion and OpenCLIP use. Functions of diffusers convert the
names.
"""

import re
from collections.abc import Mapping

from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint, convert_open_clip_checkpoint
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from models.motif.checkpoints import CheckpointError, StateDict, load_exact_state_dict

_VAE = "first_stage_model."
_TEXT = "cond_stage_model.model."
# For Stable Diffusion 2: the number of channels per attention head, and the scale of the latents.
_HEAD_DIM = 64
_SCALING_FACTOR = 0.18215


def read_autoencoder(state: StateDict, source: object) -> AutoencoderKL:
    """Return the autoencoder of a checkpoint.

    Args:
        state: tensors of the checkpoint by name.
        source: name of the checkpoint in error messages.

    Raises:
        CheckpointError: the checkpoint has no autoencoder, or a tensor is missing or has the wrong shape.
    """
    own = {name: tensor for name, tensor in state.items() if name.startswith(_VAE)}
    levels = _count(own, rf"{_VAE}encoder\.down\.(\d+)\.")
    if not levels:
        raise CheckpointError(f"{source}: no autoencoder; expected tensors named {_VAE}*")
    first = f"{_VAE}encoder.down.{{}}.block.0.conv1.weight"
    vae: AutoencoderKL = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        block_out_channels=tuple(_side(own, first.format(level), source) for level in range(levels)),
        layers_per_block=_count(own, rf"{_VAE}encoder\.down\.0\.block\.(\d+)\."),
        latent_channels=_side(own, f"{_VAE}post_quant_conv.weight", source),
        scaling_factor=_SCALING_FACTOR,
    )
    converted = convert_ldm_vae_checkpoint(own, dict(vae.config))  # type: ignore[no-untyped-call]  # diffusers'
    load_exact_state_dict(vae, converted, source)
    return vae


def read_text_encoder(state: StateDict, source: object) -> CLIPTextModel:
    """Return the text encoder of a checkpoint; VideoCrafter2 does not use the last layer, so it is left out.

    Args:
        state: tensors of the checkpoint by name.
        source: name of the checkpoint in error messages.

    Raises:
        CheckpointError: the checkpoint has no text encoder, or a tensor is missing or has the wrong shape.
    """
    layers = _count(state, rf"{re.escape(_TEXT)}transformer\.resblocks\.(\d+)\.") - 1
    if layers < 1:
        raise CheckpointError(f"{source}: no text encoder; expected tensors named {_TEXT}*")
    unused = (f"{_TEXT}transformer.resblocks.{layers}.", f"{_TEXT}logit_scale", f"{_TEXT}attn_mask")
    own = {
        name: tensor
        for name, tensor in state.items()
        if name.startswith(_TEXT) and not name.startswith(unused)
    }
    width = _side(own, f"{_TEXT}ln_final.weight", source)
    config = CLIPTextConfig(
        vocab_size=_side(own, f"{_TEXT}token_embedding.weight", source),
        hidden_size=width,
        intermediate_size=_side(own, f"{_TEXT}transformer.resblocks.0.mlp.c_fc.weight", source),
        num_hidden_layers=layers,
        num_attention_heads=max(1, width // _HEAD_DIM),
        max_position_embeddings=_side(own, f"{_TEXT}positional_embedding", source),
        hidden_act="gelu",
    )
    encoder = CLIPTextModel(config)
    converted = convert_open_clip_checkpoint(encoder, own, prefix=_TEXT)  # type: ignore[no-untyped-call]  # diffusers'
    # In newer versions of transformers, the names have no prefix. `CLIPTextModel` has no projection.
    renamed = {
        name.removeprefix("text_model."): tensor
        for name, tensor in converted.items()
        if not name.startswith("text_projection")
    }
    load_exact_state_dict(encoder, renamed, source)
    return encoder


def _count(state: Mapping[str, Tensor], pattern: str) -> int:
    """Return the number of blocks. The pattern matches the number of a block in a tensor's name."""
    numbers = {int(match[1]) for name in state if (match := re.match(pattern, name))}
    return max(numbers) + 1 if numbers else 0


def _side(state: Mapping[str, Tensor], name: str, source: object) -> int:
    if name not in state:
        raise CheckpointError(f"{source}: the tensor {name} is missing")
    return int(state[name].shape[0])
