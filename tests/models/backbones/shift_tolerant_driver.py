"""A driver of a pretrained network: ST-LPIPS with AlexNet, from the package stlpips-pytorch.

The package imports torchvision, IPython and torchsummary, but does not use them for this network. In this
process, empty modules replace the three packages, because torchvision must not be installed.
"""

import sys
from argparse import Namespace
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "models" / "backbones" / "drivers"))

from driver_loop import Arrays, Call, serve

UNUSED = {"torchvision": "models", "IPython": "embed", "torchsummary": "summary"}


def load(arguments: Namespace) -> Call:
    for name, member in UNUSED.items():
        module = ModuleType(name)
        setattr(module, member, None)
        sys.modules[name] = module
    import torch
    from stlpips_pytorch.stlpips import LPIPS

    torch.set_num_threads(1)
    network = LPIPS(net="alex", variant="shift_tolerant", verbose=False).eval()

    @torch.no_grad()
    def call(arrays: Arrays) -> Arrays:
        if "images" in arrays:
            pixels = network.scaling_layer(2 * torch.from_numpy(arrays["images"]) - 1)
            return {"features": network.net(pixels)[-1].mean((2, 3)).numpy()}
        pair = (torch.from_numpy(arrays[name]) for name in ("first", "second"))
        return {"distances": network(*pair, normalize=True).reshape(-1).numpy()}

    return call


if __name__ == "__main__":
    serve("st-lpips", load)
