"""Runs the temporal convolutions of diffusers' text-to-video UNet faster on a CPU.

On a CPU, torch computes a Conv3d with the kernel (3, 1, 1) slowly. A Conv2d with the kernel (3, 1) computes
the same sum. The input of the Conv2d is an image, whose rows are the frames and whose columns are the
positions in a frame.
"""

from diffusers.models.resnet import TemporalConvLayer
from torch import Tensor, nn
from torch.nn import functional


class TemporalConvolution(nn.Conv3d):
    """A Conv3d with the kernel (3, 1, 1) and the padding (1, 0, 0).

    On a CPU, this convolution is computed as a Conv2d.
    """

    def forward(self, clips: Tensor) -> Tensor:
        """Convolve clips, (batch, channels, frames, height, width), along the axis of the frames."""
        if clips.device.type != "cpu":
            output: Tensor = super().forward(clips)
            return output
        planes = functional.conv2d(clips.flatten(3), self.weight.squeeze(-1), self.bias, padding=(1, 0))
        return planes.view(*planes.shape[:3], *clips.shape[3:])


def replace_temporal_convolutions(network: nn.Module) -> None:
    """Change the class of each Conv3d in the temporal layers to `TemporalConvolution`; keep the weights."""
    for layer in network.modules():
        if isinstance(layer, TemporalConvLayer):
            for block in (layer.conv1, layer.conv2, layer.conv3, layer.conv4):
                block[-1].__class__ = TemporalConvolution
