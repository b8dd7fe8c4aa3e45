"""Shards weights, gradients, moments and averaged weights over the processes of a run (FSDP2, ZeRO stage 3).

`fully_shard` of torch replaces each weight by a DTensor, of which every process stores one part. Before a
layer runs, all processes together gather the layer's weights. All processes must therefore run the same
layers.
"""

import warnings
from collections.abc import Iterator

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from models.motif.unet import MotifUNet


def shard_weights(network: MotifUNet) -> None:
    """Divide the weights of a network over all processes, in place. All processes call this function."""
    # The forward pass changes no output of a layer in place, so a view as output is harmless.
    warnings.filterwarnings("ignore", message="FSDP2-wrapped module .* returned a view tensor")
    for weight in network.parameters():
        dist.broadcast(weight.data, src=0)  # weights without published values are random in each process
    mesh = init_device_mesh(network.device.type, (dist.get_world_size(),))
    for layer in _layers(network):
        fully_shard(layer, mesh=mesh)
    fully_shard(network, mesh=mesh)


def is_sharded(network: nn.Module) -> bool:
    """Return whether the processes divide the weights of a network."""
    return any(isinstance(weight, DTensor) for weight in network.parameters())


def whole_tensor(tensor: Tensor) -> Tensor:
    """Return a tensor that is complete in this process; all processes call this function."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def shard_like(tensor: Tensor, like: Tensor) -> Tensor:
    """Return this process's part of a complete tensor, which is divided in the same way as `like`."""
    if not isinstance(like, DTensor):
        return tensor
    # Without a source, each process takes its part of its own tensor; the tensors of all processes are equal.
    return distribute_tensor(tensor.to(like.device), like.device_mesh, like.placements, src_data_rank=None)


@torch.no_grad()
def whole_network(network: MotifUNet, weights: dict[str, Tensor]) -> MotifUNet:
    """Return a complete network with the structure and buffers of a sharded network.

    All processes call this function.

    Args:
        network: the sharded network.
        weights: the weights of the new network, sharded like the weights of `network`.
    """
    with torch.device("meta"):  # the weights are replaced at once
        whole: MotifUNet = MotifUNet.from_config(network.config)
    tensors = network.state_dict() | weights
    whole.load_state_dict({name: whole_tensor(tensor) for name, tensor in tensors.items()}, assign=True)
    whole.requires_grad_(False).eval()
    return whole


def _layers(network: MotifUNet) -> Iterator[nn.Module]:
    """Yield the layers that `BlockRunner` calls: convolutions and attentions of the blocks, and samplers."""
    blocks = (*network.unet.down_blocks, network.unet.mid_block, *network.unet.up_blocks)
    for block in blocks:
        for name in ("resnets", "temp_convs", "attentions", "temp_attentions", "downsamplers", "upsamplers"):
            yield from getattr(block, name, None) or ()
