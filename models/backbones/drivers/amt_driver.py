"""Runs AMT-S (CC BY-NC 4.0) from the user's checkout of MCG-NKU/AMT or of VBench.

Input: `first` and `second`, (n, 3, height, width) float32 in [0, 1]; the sides are multiples of 16. Output:
`middle`, the interpolated frames, with the shape of `first`. `--checkout` is the folder of the code,
`--checkpoint` is amt-s.pth.
"""

import importlib
from argparse import Namespace
from pathlib import Path

from driver_loop import Arrays, Call, serve

# Parameters of AMT-S in the authors' configuration.
SIZE = {"corr_radius": 3, "corr_lvls": 4, "num_flows": 3}


def load(arguments: Namespace) -> Call:
    import torch

    own = (Path(arguments.checkout) / "networks").is_dir()
    module = importlib.import_module(f"{'' if own else 'vbench.third_party.amt.'}networks.AMT-S")
    network = module.Model(**SIZE)
    state = torch.load(arguments.checkpoint, map_location="cpu", weights_only=True)
    network.load_state_dict(state["state_dict"])
    network = network.to(arguments.device).eval()
    half = torch.full((1, 1, 1, 1), 0.5, device=arguments.device)

    @torch.no_grad()
    def interpolate(arrays: Arrays) -> Arrays:
        made = []
        for first, second in zip(arrays["first"], arrays["second"], strict=True):
            images = (torch.from_numpy(each)[None].to(arguments.device) for each in (first, second))
            made.append(network(*images, half, scale_factor=1.0, eval=True)["imgt_pred"][0])
        return {"middle": torch.stack(made).float().cpu().numpy()}

    return interpolate


if __name__ == "__main__":
    serve("amt-s", load)
