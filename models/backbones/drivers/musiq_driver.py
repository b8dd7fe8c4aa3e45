"""Runs MUSIQ-SPAQ (package `pyiqa`, non-commercial licences) from the user's installation.

Input: `images`, (n, 3, height, width) float32 in [0, 1]. Output: `ratings`, (n,), from 0 to 100.
`--checkpoint` is musiq_spaq_ckpt-358bb6af.pth.
"""

from argparse import Namespace

from driver_loop import Arrays, Call, serve


def load(arguments: Namespace) -> Call:
    import torch
    from pyiqa.archs.musiq_arch import MUSIQ

    network = MUSIQ(pretrained_model_path=arguments.checkpoint).to(arguments.device).eval()

    @torch.no_grad()
    def rate(arrays: Arrays) -> Arrays:
        ratings = [
            float(network(torch.from_numpy(image)[None].to(arguments.device))) for image in arrays["images"]
        ]
        return {"ratings": ratings}

    return rate


if __name__ == "__main__":
    serve("musiq-spaq", load)
