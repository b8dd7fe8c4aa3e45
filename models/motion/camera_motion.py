"""Estimates the camera's motion from optical flow and subtracts it, so that only object motion remains.

With a panning camera, every pixel moves, the heatmap is near 1 everywhere, and the motion focal loss selects
nothing. The camera's motion between two frames is modelled as a shift, a rotation and a zoom. Most pixels of
the frame follow this motion. The paper does not mention the camera. The setting is off by default.
"""

import cv2
import numpy as np

from models.motion.flow import Flow

# The fit uses a grid of about this many points per side.
_POINTS_PER_SIDE = 32
# A point follows the camera if its flow differs from the camera's flow by at most this share of the shorter
# side. The share is half of the displacement per frame at which m is 0.5 in a clip of 16 frames.
_TOLERANCE = 0.0017
# Minimum share of the points that must follow the fit. If fewer points follow the fit, the fit describes an
# object's motion, and nothing is subtracted.
_LEAST_SHARE = 0.5


def subtract_camera_motion(flow: Flow) -> Flow:
    """Return the flow relative to the camera.

    Pixels whose flow is exactly 0 keep the flow 0, because the filter for static regions has classified these
    pixels as static.

    Args:
        flow: (maps, height, width, 2) float32, the displacement to another frame in pixels.

    Returns:
        (maps, height, width, 2) float32.
    """
    return np.stack([_relative(each) for each in flow])


def _relative(flow: Flow) -> Flow:
    height, width = flow.shape[:2]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    step = max(1, min(height, width) // _POINTS_PER_SIDE)
    start = np.stack([columns, rows], axis=2)
    points, moved = (each[::step, ::step].reshape(-1, 2) for each in (start, start + flow))
    fit, inliers = cv2.estimateAffinePartial2D(
        points, moved, method=cv2.RANSAC, ransacReprojThreshold=max(0.25, _TOLERANCE * min(height, width))
    )
    if fit is None or inliers.mean() < _LEAST_SHARE:
        return flow
    camera = (start @ fit[:, :2].T + fit[:, 2] - start).astype(np.float32)
    return np.where(np.any(flow != 0, axis=2, keepdims=True), flow - camera, flow)
