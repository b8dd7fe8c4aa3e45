"""Outlines have the requested size and position."""

import numpy as np
import pytest

from benchmark.scenes.outlines import box, curve, ellipse, polygon, star, stroke, wedge


def test_points_may_be_written_as_in_svg() -> None:
    np.testing.assert_array_equal(polygon("0,-.5 1,0 0,.5"), polygon([(0, -0.5), (1, 0), (0, 0.5)]))


def test_an_ellipse_reaches_as_far_as_its_radii() -> None:
    outline = ellipse(0.5, 0.4, 0.2, 0.1)

    np.testing.assert_allclose(outline.min(axis=0), (0.3, 0.3), atol=1e-9)
    np.testing.assert_allclose(outline.max(axis=0), (0.7, 0.5), atol=1e-9)


def test_turning_by_a_right_angle_exchanges_width_and_height() -> None:
    outline = box(0, 0, 0.4, 0.2, degrees=90)

    np.testing.assert_allclose(np.ptp(outline, axis=0), (0.2, 0.4), atol=1e-9)


def test_round_corners_stay_inside_the_box() -> None:
    outline = box(0, 0, 0.4, 0.2, corner=0.05)

    np.testing.assert_allclose(np.ptp(outline, axis=0), (0.4, 0.2), atol=1e-9)
    assert np.abs(outline).sum(axis=1).max() < 0.2 + 0.1


def test_a_curve_goes_through_its_points() -> None:
    points = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]

    for point in points:
        assert np.linalg.norm(curve(points) - point, axis=1).min() < 1e-9


def test_a_straight_stroke_is_as_wide_as_asked_and_tapers() -> None:
    even = stroke(0.1, [(0, 0), (1, 0)])
    pointed = stroke(0.1, [(0, 0), (1, 0)], taper=0.2)

    assert np.ptp(even[:, 1]) == pytest.approx(0.1)
    assert np.abs(pointed[pointed[:, 0] > 0.99][:, 1]).max() < 0.012


def test_a_star_has_two_corners_a_point_and_a_wedge_starts_at_its_centre() -> None:
    assert len(star(0, 0, 1, points=7)) == 14
    np.testing.assert_array_equal(wedge(0.2, 0.3, 1, 0, 90)[0], (0.2, 0.3))
