"""Runs CoTracker2 (CC BY-NC 4.0) from the user's checkout of facebookresearch/co-tracker.

Input: `frames`, (n, 3, height, width) uint8, and `grid`, the points per side. Output: `tracks`,
(n, grid * grid, 2), positions (x, y) in pixels. `--checkpoint` is cotracker2.pth.

In newer checkouts, the hub entry `cotracker2` loads CoTracker3, so this driver builds CoTracker2 itself.
"""

from argparse import Namespace

from driver_loop import Arrays, Call, serve


def load(arguments: Namespace) -> Call:
    import torch
    from cotracker.predictor import CoTrackerPredictor

    try:
        network = CoTrackerPredictor(checkpoint=None, window_len=8, v2=True)
    except TypeError:  # a checkout from before version 3
        network = CoTrackerPredictor(checkpoint=None)
    state = torch.load(arguments.checkpoint, map_location="cpu", weights_only=True)
    network.model.load_state_dict(state.get("model", state))
    network = network.to(arguments.device).eval()

    @torch.no_grad()
    def track(arrays: Arrays) -> Arrays:
        video = torch.from_numpy(arrays["frames"])[None].to(arguments.device).float()
        tracks, _ = network(video, grid_size=int(arrays["grid"]))
        return {"tracks": tracks[0].float().cpu().numpy()}

    return track


if __name__ == "__main__":
    serve("cotracker2", load)
