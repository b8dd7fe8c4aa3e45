"""Selects the device and the floating-point type of torch with which a network runs."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from models.backbones.base import BackboneMissing, first_line
from models.backbones.dtype import Dtype


def torch_device(name: str) -> torch.device:
    """Return a device of this machine.

    Raises:
        BackboneMissing: torch does not support the device on this machine.
    """
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise BackboneMissing(
            f"torch has no device {name} on this machine: {first_line(error)} Use --device cpu, or install a "
            "torch build for your GPU."
        ) from error
    return device


@contextmanager
def float32_convolutions() -> Iterator[None]:
    """Compute convolutions of float32 tensors in float32.

    By default cuDNN computes these convolutions in TF32, which has 10 bits of precision. With TF32, features
    computed on a GPU could differ from features computed on a CPU by more than 1e-4.
    """
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False, fp32_precision="ieee"):
        yield


def torch_dtype(name: Dtype) -> torch.dtype:
    """Return torch's type."""
    return {
        Dtype.FLOAT32: torch.float32,
        Dtype.BFLOAT16: torch.bfloat16,
        Dtype.FLOAT16: torch.float16,
    }[name]
