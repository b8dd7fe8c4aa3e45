"""Temporal convolutions that run as Conv2d give the results of diffusers' Conv3d."""

import copy

import torch
from diffusers.models.resnet import TemporalConvLayer

from models.motif.temporal_convolution import replace_temporal_convolutions


def test_conv2d_gives_the_outputs_and_gradients_of_conv3d() -> None:
    torch.manual_seed(0)
    layer = TemporalConvLayer(8, 8, norm_num_groups=4).double()
    torch.nn.init.normal_(layer.conv4[-1].weight)  # diffusers starts with zeros, which hide every difference
    ours = copy.deepcopy(layer)
    replace_temporal_convolutions(ours)
    results = []
    for each in (layer, ours):
        hidden = torch.randn(
            10, 8, 3, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64
        ).requires_grad_()
        output = each(hidden, num_frames=5)
        output.square().sum().backward()
        results.append([output, hidden.grad, *(weight.grad for weight in each.parameters())])

    for expected, found in zip(*results, strict=True):
        torch.testing.assert_close(found, expected)


def test_no_conv3d_of_a_temporal_layer_remains() -> None:
    layer = TemporalConvLayer(8, 8, norm_num_groups=4)

    replace_temporal_convolutions(layer)

    assert [each for each in layer.modules() if type(each) is torch.nn.Conv3d] == []
    assert list(layer.state_dict()) == list(TemporalConvLayer(8, 8, norm_num_groups=4).state_dict())
