"""Colours of figures: distinct for colour-blind readers and in grey print; numbers on cells are readable.

Simulation: G. M. Machado, M. M. Oliveira and L. A. F. Fernandes (2009), IEEE Transactions on Visualization
and Computer Graphics 15(6), 1291-1298, at full severity, on linear RGB.
"""

import numpy as np
import numpy.typing as npt
import pytest

from benchmark.exports.figures.palette import HEAT, OTHER, PAPER, REFERENCE, text_colour

DEFICIENCIES = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
Colour = npt.NDArray[np.float64]


def linear(colour: str) -> Colour:
    rgb = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: Colour) -> Colour:
    """Convert linear RGB to CIE L*a*b* with the white point D65."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    x, y, z = np.cbrt(np.maximum(xyz / [0.9505, 1.0, 1.089], 1e-9))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, two: str) -> float:
    low, high = sorted([luminance(one), luminance(two)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_the_sides_are_far_apart_for_a_colour_blind_reader(deficiency: str) -> None:
    seen = [np.clip(DEFICIENCIES[deficiency] @ linear(colour), 0, 1) for colour in (REFERENCE, OTHER)]

    assert np.linalg.norm(lab(seen[0]) - lab(seen[1])) > 60


def test_the_sides_differ_in_a_grey_print() -> None:
    assert contrast(REFERENCE, OTHER) > 2


@pytest.mark.parametrize("step", HEAT)
def test_a_cells_number_is_readable_on_its_colour(step: int) -> None:
    assert contrast(text_colour(step), HEAT[step]) > 4.5


def test_both_bars_have_enough_contrast_to_the_paper() -> None:
    assert min(contrast(REFERENCE, PAPER), contrast(OTHER, PAPER)) > 2.9
