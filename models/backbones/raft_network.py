"""Implements RAFT from the paper, with the parameter names of the published checkpoints.

Source: Z. Teed, J. Deng (2020), RAFT: Recurrent All-Pairs Field Transforms for Optical Flow, ECCV. The module
implements RAFT's large network: features of 256 channels at 1/8 of the resolution, a correlation pyramid of 4
levels with radius 4, and a separable convolutional GRU with 128 channels. Only inference is implemented.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, grid_sample, unfold

STRIDE = 8
LEVELS, RADIUS = 4, 4
HIDDEN = CONTEXT = 128
_WINDOW = 2 * RADIUS + 1


class Raft(nn.Module):
    """Estimates the flow between two images. The sides of the images are multiples of 8, at least 128."""

    def __init__(self) -> None:
        super().__init__()
        self.fnet = _Encoder(256, nn.InstanceNorm2d)
        self.cnet = _Encoder(HIDDEN + CONTEXT, nn.BatchNorm2d)
        self.update_block = _Update()

    def encode(self, images: Tensor) -> Tensor:
        """Encode images in [-1, 1]; return the features to correlate, (n, 256, height / 8, width / 8)."""
        features: Tensor = self.fnet(images)
        return features

    def forward(self, image: Tensor, first: Tensor, second: Tensor, iterations: int) -> Tensor:
        """Return the flow from the first image to the second, (n, 2, height, width), in pixels.

        Args:
            image: the first image, (n, 3, height, width) in [-1, 1].
            first: features of the first image, see `encode`.
            second: features of the second image.
            iterations: number of updates.
        """
        hidden, context = self.cnet(image).split([HIDDEN, CONTEXT], dim=1)
        hidden, context = hidden.tanh(), context.relu()
        # Flow and correlations are float32, because half precision would round positions to coarse fractions
        # of a pixel.
        first, second = first.float(), second.float()
        with torch.autocast(first.device.type, enabled=False):
            pyramid = _correlations(first, second)
        start = _positions(first)
        flow = torch.zeros_like(start)
        for _ in range(iterations):
            matches = _windows(pyramid, start + flow)
            hidden, change = self.update_block(hidden, context, matches, flow)
            flow = flow + change.float()
        return _upsampled(flow, self.update_block.weights(hidden).float())


class _Encoder(nn.Module):
    """A 7x7 convolution, then six residual blocks; the output has 1/8 of the image's resolution."""

    def __init__(self, channels: int, norm: Callable[[int], nn.Module]) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3)
        self.norm1 = norm(64)
        self.layer1 = nn.Sequential(_Residual(64, 64, 1, norm), _Residual(64, 64, 1, norm))
        self.layer2 = nn.Sequential(_Residual(64, 96, 2, norm), _Residual(96, 96, 1, norm))
        self.layer3 = nn.Sequential(_Residual(96, 128, 2, norm), _Residual(128, 128, 1, norm))
        self.conv2 = nn.Conv2d(128, channels, 1)

    def forward(self, images: Tensor) -> Tensor:
        features = self.norm1(self.conv1(images)).relu()
        output: Tensor = self.conv2(self.layer3(self.layer2(self.layer1(features))))
        return output


class _Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, norm: Callable[[int], nn.Module]) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.norm1, self.norm2 = norm(outputs), norm(outputs)
        reduced = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride), norm(outputs))
        self.downsample = reduced if stride > 1 else nn.Identity()

    def forward(self, inputs: Tensor) -> Tensor:
        inner = self.norm1(self.conv1(inputs)).relu()
        inner = self.norm2(self.conv2(inner)).relu()
        shortcut: Tensor = self.downsample(inputs)
        output: Tensor = (shortcut + inner).relu()
        return output


class _Update(nn.Module):
    """Computes one recurrent update of the flow, and the weights of the convex upsampling."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = _MotionEncoder()
        self.gru = _SeparableGru()
        self.flow_head = _FlowHead()
        self.mask = nn.Sequential(nn.Conv2d(HIDDEN, 256, 3, padding=1), nn.ReLU(), nn.Conv2d(256, 64 * 9, 1))

    def forward(
        self, hidden: Tensor, context: Tensor, matches: Tensor, flow: Tensor
    ) -> tuple[Tensor, Tensor]:
        hidden = self.gru(hidden, torch.cat([context, self.encoder(flow, matches)], dim=1))
        return hidden, self.flow_head(hidden)

    def weights(self, hidden: Tensor) -> Tensor:
        logits: Tensor = self.mask(hidden)
        return 0.25 * logits


class _MotionEncoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convc1 = nn.Conv2d(LEVELS * _WINDOW**2, 256, 1)
        self.convc2 = nn.Conv2d(256, 192, 3, padding=1)
        self.convf1 = nn.Conv2d(2, 128, 7, padding=3)
        self.convf2 = nn.Conv2d(128, 64, 3, padding=1)
        self.conv = nn.Conv2d(192 + 64, 126, 3, padding=1)

    def forward(self, flow: Tensor, matches: Tensor) -> Tensor:
        of_matches = self.convc2(self.convc1(matches).relu()).relu()
        of_flow = self.convf2(self.convf1(flow).relu()).relu()
        joined = self.conv(torch.cat([of_matches, of_flow], dim=1)).relu()
        return torch.cat([joined, flow], dim=1)


class _SeparableGru(nn.Module):
    """A GRU with 1x5 convolutions, followed by a GRU with 5x1 convolutions."""

    def __init__(self) -> None:
        super().__init__()
        inputs = 2 * HIDDEN + CONTEXT
        for number, kernel, border in ((1, (1, 5), (0, 2)), (2, (5, 1), (2, 0))):
            for gate in "zrq":
                self.add_module(f"conv{gate}{number}", nn.Conv2d(inputs, HIDDEN, kernel, padding=border))

    def forward(self, hidden: Tensor, inputs: Tensor) -> Tensor:
        for number in (1, 2):
            update, reset, candidate = (self.get_submodule(f"conv{gate}{number}") for gate in "zrq")
            joined = torch.cat([hidden, inputs], dim=1)
            kept, used = update(joined).sigmoid(), reset(joined).sigmoid()
            proposed = candidate(torch.cat([used * hidden, inputs], dim=1)).tanh()
            hidden = (1 - kept) * hidden + kept * proposed
        return hidden


class _FlowHead(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(HIDDEN, 256, 3, padding=1)
        self.conv2 = nn.Conv2d(256, 2, 3, padding=1)

    def forward(self, hidden: Tensor) -> Tensor:
        change: Tensor = self.conv2(self.conv1(hidden).relu())
        return change


def _positions(features: Tensor) -> Tensor:
    """Return the (x, y) position of every feature, (n, 2, height, width)."""
    count, _, height, width = features.shape
    rows, columns = torch.meshgrid(
        torch.arange(height, device=features.device),
        torch.arange(width, device=features.device),
        indexing="ij",
    )
    return torch.stack([columns, rows]).to(features).expand(count, 2, height, width)


def _correlations(first: Tensor, second: Tensor) -> list[Tensor]:
    """Return the correlations of all pairs of features: 4 levels, each (n h w, 1, rows, columns)."""
    channels, height, width = first.shape[1:]
    products = torch.einsum("nci,ncj->nij", first.flatten(2), second.flatten(2)) / channels**0.5
    pyramid = [products.reshape(-1, 1, height, width)]
    for _ in range(LEVELS - 1):
        pyramid.append(avg_pool2d(pyramid[-1], 2))
    return pyramid


def _windows(pyramid: list[Tensor], positions: Tensor) -> Tensor:
    """Sample 9x9 correlations around each position in each level; return (n, 4 * 81, height, width).

    The published weights expect a transposed window: the first axis of the window is the offset of x.
    """
    count, _, height, width = positions.shape
    centres = positions.permute(0, 2, 3, 1).reshape(-1, 1, 1, 2)
    steps = torch.arange(-RADIUS, RADIUS + 1, device=positions.device, dtype=positions.dtype)
    offsets = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), dim=-1)
    sampled = []
    for level, values in enumerate(pyramid):
        rows, columns = values.shape[2:]
        scale = positions.new_tensor([2 / (columns - 1), 2 / (rows - 1)])
        grid = (centres / 2**level + offsets) * scale - 1
        sampled.append(grid_sample(values, grid, align_corners=True).reshape(count, height, width, -1))
    return torch.cat(sampled, dim=-1).permute(0, 3, 1, 2)


def _upsampled(flow: Tensor, logits: Tensor) -> Tensor:
    """Upsample the flow 8-fold: each displacement is a convex combination of 3x3 coarse displacements."""
    count, _, height, width = flow.shape
    weights = logits.reshape(count, 9, STRIDE, STRIDE, height, width).softmax(dim=1)
    neighbours = unfold(STRIDE * flow, 3, padding=1).reshape(count, 2, 9, height, width)
    fine = torch.einsum("nkyxhw,nckhw->nchywx", weights, neighbours)
    return fine.reshape(count, 2, STRIDE * height, STRIDE * width)
