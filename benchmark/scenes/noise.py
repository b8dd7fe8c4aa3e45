"""Computes seeded smooth noise for textures.

The functions interpolate the noise from a lattice (a coarse grid) of random values. The lattice's size
depends on the size of the textured object, not on the number of pixels. A seed therefore gives the same
texture at every image size.
"""

from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray


def smooth_noise(
    rng: np.random.Generator, extent: tuple[float, float], cells: float, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Return smooth noise with a mean of about 0; nearly all values are in [-1, 1].

    Args:
        rng: random generator of the noise.
        extent: (width, height) of the textured area in image heights.
        cells: lattice cells per image height; more cells give finer noise.
        shape: (rows, columns) of the result.
    """
    columns = ceil(extent[0] * cells) + 3
    rows = ceil(extent[1] * cells) + 3
    lattice = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    texels = shape[0] / max(extent[1], 1e-6)
    step = cells / texels
    # warpAffine interpolates cubically; an offset of one cell avoids artifacts at the border.
    matrix = np.array([[step, 0, 1.0], [0, step, 1.0]], dtype=np.float64)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(lattice, matrix, (shape[1], shape[0]), flags=flags), dtype=np.float32)


def clouded_noise(
    rng: np.random.Generator, extent: tuple[float, float], cells: float, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Return the sum of three octaves of smooth noise. Each octave is half as strong as the octave before."""
    octaves = [smooth_noise(rng, extent, cells * 2**i, shape) * 0.5**i for i in range(3)]
    return np.asarray(sum(octaves) / 1.75, dtype=np.float32)
