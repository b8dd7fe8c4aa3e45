"""Runs the DreamSim ensemble (package `dreamsim`, MIT) from the user's installation.

Input: `images`, (n, 3, 224, 224) float32 in [0, 1]. Output: `features`, (n, dimensions).
`--checkpoint` is the folder with the weights; the package downloads the weights if the folder is empty.
"""

from argparse import Namespace

from driver_loop import Arrays, Call, serve


def load(arguments: Namespace) -> Call:
    import torch
    from dreamsim import dreamsim

    folder = {"cache_dir": arguments.checkpoint} if arguments.checkpoint else {}
    network, _ = dreamsim(pretrained=True, device=arguments.device, **folder)
    network.eval()

    @torch.no_grad()
    def embed(arrays: Arrays) -> Arrays:
        # Encode one image at a time, because the network drops the batch axis only for a single image.
        rows = [
            network.embed(torch.from_numpy(image)[None].to(arguments.device)).reshape(-1)
            for image in arrays["images"]
        ]
        return {"features": torch.stack(rows).float().cpu().numpy()}

    return embed


if __name__ == "__main__":
    serve("dreamsim", load)
