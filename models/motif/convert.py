"""Converts state dicts between VideoCrafter2's checkpoint format and `MotifUNet`, in both directions.

Both formats contain the same tensors under different names: VideoCrafter2 numbers the blocks from input to
output, diffusers nests the blocks by level. The formats differ in three more points. In VideoCrafter2's
format:

- All names have the prefix `model.diffusion_model.`.
- The first temporal attention is projected by convolutions of width 1 instead of linear layers.
- The first convolution has no input channels for the image.
"""

from collections.abc import Iterator, Mapping

from torch import Tensor

from models.motif.checkpoints import CheckpointError, StateDict, check_names, load_exact_state_dict
from models.motif.conditioning import widen_input_channels
from models.motif.unet import MotifUNet

PREFIX = "model.diffusion_model."
CONV_IN = "unet.conv_in.weight"
# Linear weights (out, in) that are convolution weights (out, in, 1) in VideoCrafter2.
WIDTH_ONE = ("unet.transformer_in.proj_in.weight", "unet.transformer_in.proj_out.weight")

_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_OUTSIDE_BLOCKS = {
    "unet.conv_in": "input_blocks.0.0",
    "unet.time_embedding.linear_1": "time_embed.0",
    "unet.time_embedding.linear_2": "time_embed.2",
    "fps_embedding.linear_1": "fps_embedding.0",
    "fps_embedding.linear_2": "fps_embedding.2",
    "unet.transformer_in": "init_attn.0",
    "unet.conv_norm_out": "out.0",
    "unet.conv_out": "out.2",
}


def load_videocrafter_weights(state: StateDict, network: MotifUNet, source: object) -> None:
    """Load a VideoCrafter2 checkpoint into a network; the weights of the image conditioning do not change.

    Args:
        state: tensors of the checkpoint by name; tensors of the autoencoder and text encoder are ignored.
        network: a network whose layer sizes equal the sizes in the checkpoint; it is modified in place.
        source: name of the checkpoint in error messages.

    Raises:
        CheckpointError: a tensor is missing, is unexpected, or has the wrong shape.
    """
    names = videocrafter_names(network)
    check_names(source, [name for name in state if name.startswith(PREFIX)], names.values())
    renamed = network.state_dict() | {name: state[theirs] for name, theirs in names.items()}
    for name in WIDTH_ONE:
        renamed[name] = renamed[name].squeeze(-1)
    channels = network.latent_channels
    if network.conditioning.concatenates and renamed[CONV_IN].shape[1] == channels:
        renamed[CONV_IN] = widen_input_channels(renamed[CONV_IN], channels)
    load_exact_state_dict(network, renamed, source)


def videocrafter_state_dict(network: MotifUNet) -> dict[str, Tensor]:
    """Return the network's state dict with VideoCrafter2's names and shapes.

    The image channels of the first convolution are removed if their weights are zero, that is, before
    training.

    Raises:
        CheckpointError: the network attends to image tokens, which VideoCrafter2's format does not support.
    """
    if network.conditioning.attends:
        raise CheckpointError(
            f"a network with conditioning {network.conditioning.value} attends to image tokens, which "
            "VideoCrafter2's format does not support; expected x-cat"
        )
    own = network.state_dict()
    state = {theirs: own[name] for name, theirs in videocrafter_names(network).items()}
    for name in WIDTH_ONE:
        theirs = PREFIX + _renamed(name, _OUTSIDE_BLOCKS)
        state[theirs] = state[theirs].unsqueeze(-1)
    first = state[PREFIX + "input_blocks.0.0.weight"]
    if not first[:, network.latent_channels :].any():
        state[PREFIX + "input_blocks.0.0.weight"] = first[:, : network.latent_channels]
    return {theirs: tensor.contiguous() for theirs, tensor in state.items()}


def videocrafter_names(network: MotifUNet) -> dict[str, str]:
    """Map each tensor name of `MotifUNet` to VideoCrafter2's name, which includes the prefix."""
    modules = (
        _OUTSIDE_BLOCKS | dict(_input_blocks(network)) | dict(_middle_block()) | dict(_output_blocks(network))
    )
    added = ("image_projection.", ".processor.")
    names = [name for name in network.state_dict() if not any(part in name for part in added)]
    return {name: PREFIX + _renamed(name, modules) for name in names}


def _input_blocks(network: MotifUNet) -> Iterator[tuple[str, str]]:
    number = 1
    for level, block in enumerate(network.unet.down_blocks):
        ours = f"unet.down_blocks.{level}"
        for layer in range(len(block.resnets)):
            yield from _layer(ours, layer, f"input_blocks.{number}")
            number += 1
        if block.downsamplers is not None:
            yield f"{ours}.downsamplers.0.conv", f"input_blocks.{number}.0.op"
            number += 1


def _middle_block() -> Iterator[tuple[str, str]]:
    yield from _layer("unet.mid_block", 0, "middle_block")
    yield from _resnet("unet.mid_block", 1, "middle_block.3")


def _output_blocks(network: MotifUNet) -> Iterator[tuple[str, str]]:
    number = 0
    for level, block in enumerate(network.unet.up_blocks):
        ours = f"unet.up_blocks.{level}"
        for layer in range(len(block.resnets)):
            yield from _layer(ours, layer, f"output_blocks.{number}")
            number += 1
        if block.upsamplers is not None:
            # The upsampler is the last module of the level's last block, after its attentions, if any.
            index = 3 if hasattr(block, "attentions") else 1
            yield f"{ours}.upsamplers.0.conv", f"output_blocks.{number - 1}.{index}.conv"


def _layer(ours: str, layer: int, theirs: str) -> Iterator[tuple[str, str]]:
    """Map the names of a residual block and its attentions.

    If a level has no attentions, the attention names are not used.
    """
    yield from _resnet(ours, layer, f"{theirs}.0")
    yield f"{ours}.attentions.{layer}", f"{theirs}.1"
    yield f"{ours}.temp_attentions.{layer}", f"{theirs}.2"


def _resnet(ours: str, layer: int, theirs: str) -> Iterator[tuple[str, str]]:
    for inside, there in _RESNET.items():
        yield f"{ours}.resnets.{layer}.{inside}", f"{theirs}.{there}"
    yield f"{ours}.temp_convs.{layer}", f"{theirs}.temopral_conv"  # [sic]


def _renamed(name: str, modules: Mapping[str, str]) -> str:
    """Replace the longest known module name at the beginning of a tensor name."""
    module = name
    while module not in modules:
        module = module.rpartition(".")[0]
    return modules[module] + name[len(module) :]
