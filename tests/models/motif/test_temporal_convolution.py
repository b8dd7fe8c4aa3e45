"""The temporal convolutions as Conv2d equal diffusers' Conv3d."""

import torch
from diffusers.models.resnet import TemporalConvLayer

from models.motif.temporal_convolution import temporal_convolution


def test_conv2d_gives_the_outputs_and_gradients_of_conv3d() -> None:
    torch.manual_seed(0)
    layer = TemporalConvLayer(8, 8, norm_num_groups=4).double()
    torch.nn.init.normal_(layer.conv4[-1].weight)  # diffusers starts with zeros, which hide every difference
    results = []
    for run in (lambda it: layer(it, num_frames=5), lambda it: temporal_convolution(layer, it, 5)):
        hidden = torch.randn(
            10, 8, 3, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64
        ).requires_grad_()
        layer.zero_grad()
        output = run(hidden)
        output.square().sum().backward()
        results.append([output, hidden.grad, *(weight.grad for weight in layer.parameters())])

    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_the_dropout_of_the_layer_is_kept() -> None:
    torch.manual_seed(0)
    layer = TemporalConvLayer(8, 8, dropout=0.9, norm_num_groups=4)
    torch.nn.init.normal_(layer.conv4[-1].weight)
    hidden = torch.randn(4, 8, 2, 2)

    dropped = temporal_convolution(layer.train(), hidden, 2)

    assert not torch.equal(dropped, temporal_convolution(layer.eval(), hidden, 2))
