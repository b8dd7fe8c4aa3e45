"""The memory of a training step at full size, counted with tensors that have shapes but no data."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from models.motif.block_runner import BlockRunner
from models.motif.unet import MotifUNet
from models.training.config_io import read_config, resolve_config_path

GIB = 2**30
GPUS = 8
# Weights, gradients, AdamW's two moments and the averaged weights, in float32.
COPIES_OF_WEIGHTS = 5


def test_the_papers_run_fits_into_a_gpu_of_80_gib(monkeypatch: pytest.MonkeyPatch) -> None:
    config = read_config(resolve_config_path(Path("paper")))
    clips = config.optimiser.batch_size // GPUS
    data = config.data
    height, width = data.height // 8, data.width // 8
    counter = LayerCounter()
    monkeypatch.setattr(BlockRunner, "_run", lambda _, layer, *inputs: counter.run(layer, *inputs))

    with FakeTensorMode(), torch.autocast("cpu", torch.bfloat16):
        network = MotifUNet()
        use_float32_norms(network)
        counter.weights = {storage(weight) for weight in network.parameters()}
        network(
            sample=torch.randn(clips, 4, data.frames, height, width),
            timestep=torch.zeros(clips, dtype=torch.long),
            text=torch.randn(clips, 77, 1024),
            fps=torch.full((clips,), 8.0),
            image_latents=torch.randn(clips, 4, height, width),
        )
        weights = sum(weight.nbytes for weight in network.parameters())

    total = COPIES_OF_WEIGHTS * weights + counter.kept + counter.most_recomputed
    assert config.run.gradient_checkpointing
    assert 7 * GIB < counter.kept < 11 * GIB
    assert 10 * GIB < counter.most_recomputed < 15 * GIB
    assert total < 60 * GIB  # leaves 15 GiB for temporary tensors and buffers of the communication


class LayerCounter:
    """Counts the bytes that checkpoints keep, and the most bytes that one layer stores when it runs again."""

    def __init__(self) -> None:
        self.weights: set[int] = set()
        self.most_recomputed = 0
        self._inputs: dict[int, torch.UntypedStorage] = {}

    @property
    def kept(self) -> int:
        return sum(each.nbytes() for each in self._inputs.values())

    def run(self, layer: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
        self._inputs |= {storage(each): each.untyped_storage() for each in inputs}
        stored: dict[int, torch.UntypedStorage] = {}  # holding a storage keeps its id in use

        def pack(tensor: Tensor) -> Tensor:
            stored[storage(tensor)] = tensor.untyped_storage()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            output = layer(*inputs)
        others = stored.keys() - self._inputs.keys() - self.weights
        self.most_recomputed = max(self.most_recomputed, sum(stored[each].nbytes() for each in others))
        return output


def storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)


def use_float32_norms(network: nn.Module) -> None:
    """Compute norms in float32, as autocast does on CUDA; on the CPU, autocast computes them in bfloat16."""
    for module in network.modules():
        if isinstance(module, nn.GroupNorm | nn.LayerNorm):
            module.forward = _in_float32(module.forward)


def _in_float32(forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    def run(hidden: Tensor) -> Tensor:
        with torch.autocast("cpu", enabled=False):
            return forward(hidden.float())

    return run
