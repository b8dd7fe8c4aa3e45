"""Compares the first frame with the input image (AIGCBench): mean squared error and SSIM.

Source: AIGCBench (arXiv:2401.01651). SSIM: Z. Wang et al. (2004), IEEE TIP 13(4), 600-612, with a uniform
window of 7x7 pixels and sample covariance, as in scikit-image.
"""

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.vectors import MetricInputError

Image = NDArray[np.uint8]
WINDOW = 7
_K1, _K2, _RANGE = 0.01, 0.03, 255.0


def first_frame_mse(image: Image, frame: Image) -> float:
    """Return the mean squared difference of two images with values in [0, 255]. Lower values are better.

    Args:
        image: (height, width, 3) uint8, the input image at the clip's size.
        frame: the first frame, with the same shape and dtype.
    """
    _check(image, frame)
    return float(((image.astype(np.float64) - frame) ** 2).mean())


def first_frame_ssim(image: Image, frame: Image) -> float:
    """Return the structural similarity, at most 1, averaged over channels. Higher values are better.

    Args:
        image: (height, width, 3) uint8, the input image at the clip's size; each side has at least 7 pixels.
        frame: the first frame, with the same shape and dtype.

    Raises:
        MetricInputError: the shapes differ, or a side is shorter than the window.
    """
    _check(image, frame)
    if min(image.shape[:2]) < WINDOW:
        raise MetricInputError(f"SSIM needs images of at least {WINDOW}x{WINDOW} pixels.")
    channels = (_ssim(image[..., c].astype(np.float64), frame[..., c].astype(np.float64)) for c in range(3))
    return float(np.mean(list(channels)))


def _ssim(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    count = WINDOW * WINDOW
    sample = count / (count - 1)
    mean_x, mean_y = _windows(x), _windows(y)
    var_x = sample * (_windows(x * x) - mean_x**2)
    var_y = sample * (_windows(y * y) - mean_y**2)
    covariance = sample * (_windows(x * y) - mean_x * mean_y)
    c1, c2 = (_K1 * _RANGE) ** 2, (_K2 * _RANGE) ** 2
    upper = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    lower = (mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2)
    return float((upper / lower).mean())


def _windows(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of every 7x7 window that lies inside the image, from a summed-area table."""
    sums = np.pad(values, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    total = sums[WINDOW:, WINDOW:] - sums[:-WINDOW, WINDOW:] - sums[WINDOW:, :-WINDOW]
    return np.asarray((total + sums[:-WINDOW, :-WINDOW]) / (WINDOW * WINDOW))


def _check(image: Image, frame: Image) -> None:
    if image.shape != frame.shape or image.ndim != 3:
        raise MetricInputError(f"Image and frame must have one shape, not {image.shape} and {frame.shape}.")
