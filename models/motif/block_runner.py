"""Runs the blocks of diffusers' text-to-video UNet layer by layer.

The forward passes of diffusers' 3D blocks have no gradient checkpointing. If a whole block is checkpointed,
the block stores little, but its backward pass recomputes all its layers at once. For a network of full size,
this recomputation needs more memory than the rest of the training step. This module checkpoints each layer
separately.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


@dataclass(frozen=True, eq=False)
class BlockRunner:
    """Runs blocks with the inputs that all blocks share.

    Attributes:
        times: (batch * frames, channels), the embeddings of timestep and frame rate.
        context: (batch * frames, tokens, channels), text and image tokens.
        frames: frames per clip.
        checkpoints: whether to store only the inputs of each layer, and to run the layer again in the
            backward pass.
    """

    times: Tensor
    context: Tensor
    frames: int
    checkpoints: bool

    def first(self, layer: nn.Module, hidden: Tensor) -> Tensor:
        """Run the temporal attention at the network's input."""
        return self._temporal_attention(layer, hidden)

    def down(self, block: Any, hidden: Tensor) -> list[Tensor]:
        """Run a down block and return the outputs of its layers, (batch * frames, channels, height, width).

        The last of these outputs is the output of the block.
        """
        outputs = []
        for number in range(len(block.resnets)):
            hidden = self._convolutions(block, number, hidden)
            if hasattr(block, "attentions"):
                hidden = self._attentions(block, number, hidden)
            outputs.append(hidden)
        for layer in block.downsamplers or ():
            outputs.append(self._run(layer, outputs[-1]))
        return outputs

    def middle(self, block: Any, hidden: Tensor) -> Tensor:
        """Run the middle block."""
        hidden = self._convolutions(block, 0, hidden)
        for number in range(len(block.attentions)):
            hidden = self._attentions(block, number, hidden)
            hidden = self._convolutions(block, number + 1, hidden)
        return hidden

    def up(self, block: Any, hidden: Tensor, skips: Sequence[Tensor]) -> Tensor:
        """Run an up block. For each layer, in order, `skips` holds one output of a down block."""
        for number, skip in enumerate(skips):
            hidden = self._convolutions(block, number, hidden, skip)
            if hasattr(block, "attentions"):
                hidden = self._attentions(block, number, hidden)
        for layer in block.upsamplers or ():
            hidden = self._run(layer, hidden)
        return hidden

    def _convolutions(self, block: Any, number: int, hidden: Tensor, *skip: Tensor) -> Tensor:
        resnet = block.resnets[number]
        hidden = self._run(lambda *inputs: resnet(torch.cat(inputs, dim=1), self.times), hidden, *skip)
        temporal = block.temp_convs[number]
        return self._run(lambda it: temporal(it, num_frames=self.frames), hidden)

    def _attentions(self, block: Any, number: int, hidden: Tensor) -> Tensor:
        spatial = block.attentions[number]
        hidden = self._run(
            lambda it: spatial(it, encoder_hidden_states=self.context, return_dict=False)[0], hidden
        )
        return self._temporal_attention(block.temp_attentions[number], hidden)

    def _temporal_attention(self, layer: nn.Module, hidden: Tensor) -> Tensor:
        return self._run(lambda it: layer(it, num_frames=self.frames, return_dict=False)[0], hidden)

    def _run(self, layer: Any, *inputs: Tensor) -> Tensor:
        if self.checkpoints and torch.is_grad_enabled():
            result: Tensor = checkpoint(layer, *inputs, use_reentrant=False)
            return result
        output: Tensor = layer(*inputs)
        return output
