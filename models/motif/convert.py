"""VideoCrafter2's checkpoint and our network are the same tensors under other names, both ways.

Its blocks are numbered through, from the input to the output; diffusers' are nested by level. Three things
differ besides: the first temporal attention projects by convolutions of width 1 there and by linear layers
here; the image's half of the first convolution does not exist there; all names stand under
`model.diffusion_model.`.
"""

from collections.abc import Iterator, Mapping

from torch import Tensor

from models.motif.checkpoints import CheckpointError, State, check_names, load_into
from models.motif.conditioning import widened
from models.motif.unet import MotifUNet

PREFIX = "model.diffusion_model."
CONV_IN = "unet.conv_in.weight"
# A convolution of width 1 there: (out, in, 1) for our (out, in).
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


def from_videocrafter(state: State, network: MotifUNet, source: object) -> None:
    """Give a network the weights of a VideoCrafter2 checkpoint; what takes in the image is left as it is.

    Args:
        state: the checkpoint's tensors; those of its autoencoder and text encoder are passed over.
        network: of the checkpoint's sizes.
        source: named in errors.

    Raises:
        CheckpointError: a tensor is missing, unexpected, or of another shape.
    """
    names = videocrafter_names(network)
    check_names(source, [name for name in state if name.startswith(PREFIX)], names.values())
    renamed = network.state_dict() | {name: state[theirs] for name, theirs in names.items()}
    for name in WIDTH_ONE:
        renamed[name] = renamed[name].squeeze(-1)
    channels = network.latent_channels
    if network.conditioning.concatenates and renamed[CONV_IN].shape[1] == channels:
        renamed[CONV_IN] = widened(renamed[CONV_IN], channels)
    load_into(network, renamed, source)


def to_videocrafter(network: MotifUNet) -> dict[str, Tensor]:
    """Return a network's tensors under VideoCrafter2's names.

    A first convolution whose image half is still zero is narrowed to VideoCrafter2's; a trained one is
    written with all its channels.

    Raises:
        CheckpointError: the network attends to image tokens, for which VideoCrafter2 has no place.
    """
    if network.conditioning.attends:
        raise CheckpointError(
            f"a network with {network.conditioning.value} cannot be written as VideoCrafter2, which has no "
            "place for its attention to image tokens; expected x-cat"
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
    """Return VideoCrafter2's name, prefix included, of each of our tensors it has as well."""
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
            # It ends the level's last block, after the attentions if that has any.
            place = 3 if hasattr(block, "attentions") else 1
            yield f"{ours}.upsamplers.0.conv", f"output_blocks.{number - 1}.{place}.conv"


def _layer(ours: str, layer: int, theirs: str) -> Iterator[tuple[str, str]]:
    """Name a resnet and the attentions after it; naming attentions that are not there does no harm."""
    yield from _resnet(ours, layer, f"{theirs}.0")
    yield f"{ours}.attentions.{layer}", f"{theirs}.1"
    yield f"{ours}.temp_attentions.{layer}", f"{theirs}.2"


def _resnet(ours: str, layer: int, theirs: str) -> Iterator[tuple[str, str]]:
    for inside, there in _RESNET.items():
        yield f"{ours}.resnets.{layer}.{inside}", f"{theirs}.{there}"
    yield f"{ours}.temp_convs.{layer}", f"{theirs}.temopral_conv"  # [sic]


def _renamed(name: str, modules: Mapping[str, str]) -> str:
    """Put a module's other name in front of what is left of a tensor's name."""
    module = name
    while module not in modules:
        module = module.rpartition(".")[0]
    return modules[module] + name[len(module) :]
