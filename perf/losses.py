"""Measures the time and the memory that the motion focal loss adds to a training step at the paper's size.

Run: python -m perf.losses [bfloat16|float32]

The network of 1.41 B parameters is not run: the step time is estimated from its matrix products (3 x 12.58
TFLOP per clip) and the measured speed of this machine. A real step takes longer, so the printed share is an
upper bound.
"""

import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from models.losses import diffusion_loss, motif_loss

SHAPE = (4, 4, 16, 40, 64)
MAPS = (4, 1, 16, 40, 64)
RUNS = 40
# Forward pass (1 x) and backward pass (2 x) of the 1.41 B network on 4 clips of 16 frames of 320x512.
STEP_TFLOP = 4 * 3 * 12.58
TARGET_SHARE = 0.02


def main() -> None:
    torch.set_num_threads(1)
    dtype = getattr(torch, sys.argv[1]) if len(sys.argv) > 1 else torch.bfloat16
    device = "cuda" if torch.cuda.is_available() else "cpu"
    predicted = torch.randn(SHAPE, device=device, dtype=dtype, requires_grad=True)
    target = torch.randn(SHAPE, device=device, dtype=dtype)
    heatmap = torch.rand(MAPS, device=device)
    plain = seconds(lambda: diffusion_loss(predicted, target), predicted)
    both = seconds(lambda: motif_loss(predicted, target, heatmap).total, predicted)
    step = STEP_TFLOP / tflop_per_second(device, dtype)
    print(f"loss and gradient at {'x'.join(map(str, SHAPE))}, {dtype}, {device}, one thread")
    print(f"diffusion loss alone {1000 * plain:8.2f} ms")
    print(f"with motion focal    {1000 * both:8.2f} ms")
    print(f"a training step's products at this machine's speed {step:.2f} s, so the difference is")
    print(f"{(both - plain) / step:.4%} of a step (target {TARGET_SHARE:.0%})")
    kept = [saved_elements(loss) for loss in losses(predicted, target, heatmap)]
    print(
        f"values stored for the backward pass: {kept[0]:,} and {kept[1]:,}; "
        f"the network's output has {target.numel():,}"
    )


def losses(predicted: Tensor, target: Tensor, heatmap: Tensor) -> list[Callable[[], Tensor]]:
    return [lambda: diffusion_loss(predicted, target), lambda: motif_loss(predicted, target, heatmap).total]


def seconds(loss: Callable[[], Tensor], predicted: Tensor) -> float:
    """Return the shortest time of several forward and backward passes.

    Other processes can only slow a run down, so the shortest time is the most accurate.
    """
    runs = []
    for _ in range(RUNS):
        predicted.grad = None
        wait(predicted)
        before = time.perf_counter()
        loss().mean().backward()
        wait(predicted)
        runs.append(time.perf_counter() - before)
    return min(runs)


def saved_elements(loss: Callable[[], Tensor]) -> int:
    """Return the number of values that autograd stores. A storage that tensors share is counted once."""
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor.numel()
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        answer = loss()
    return sum(kept.values()) if answer.requires_grad else 0


def tflop_per_second(device: str, dtype: torch.dtype) -> float:
    side = 4096 if device == "cuda" else 1024
    a = torch.randn((side, side), device=device, dtype=dtype if device == "cuda" else torch.float32)
    runs = []
    for _ in range(8):
        wait(a)
        before = time.perf_counter()
        a @ a
        wait(a)
        runs.append(time.perf_counter() - before)
    return 2 * side**3 / min(runs) / 1e12


def wait(tensor: Tensor) -> None:
    if tensor.is_cuda:
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
