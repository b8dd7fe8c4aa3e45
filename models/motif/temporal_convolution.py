"""Runs the temporal convolutions of diffusers' text-to-video UNet.

On a CPU, torch computes a Conv3d with the kernel (3, 1, 1) slowly. The same sum is a Conv2d with the kernel
(3, 1) over an image whose rows are the frames and whose columns are the positions of a frame.
"""

from typing import Any

from torch import Tensor, nn
from torch.nn import functional


def temporal_convolution(layer: Any, hidden: Tensor, frames: int) -> Tensor:
    """Return the output of a `TemporalConvLayer`: on a CPU with Conv2d, elsewhere with the layer's Conv3d.

    Args:
        layer: diffusers' `TemporalConvLayer`.
        hidden: (batch * frames, channels, height, width).
        frames: frames per clip.
    """
    if hidden.device.type != "cpu":
        output: Tensor = layer(hidden, num_frames=frames)
        return output
    _, channels, height, width = hidden.shape
    clips = hidden.view(-1, frames, channels, height * width).transpose(1, 2).contiguous()
    result = clips
    for block in (layer.conv1, layer.conv2, layer.conv3, layer.conv4):
        for module in block:
            result = _as_conv2d(module, result) if isinstance(module, nn.Conv3d) else module(result)
    return (clips + result).transpose(1, 2).reshape(-1, channels, height, width)


def _as_conv2d(convolution: nn.Conv3d, clips: Tensor) -> Tensor:
    """Apply a Conv3d with the kernel (3, 1, 1) to (batch, channels, frames, positions)."""
    weight = convolution.weight.squeeze(-1)
    return functional.conv2d(clips, weight, convolution.bias, padding=(1, 0))
