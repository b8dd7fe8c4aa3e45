"""Motions start from rest, add up, and end at the declared position."""

from itertools import pairwise

import numpy as np
import pytest

from benchmark.scenes import SCENARIOS, Style
from benchmark.scenes.motions import Bob, Enter, Fade, Flap, Grow, Leave, Motion, Shift, Swing, Tint, Turn
from benchmark.scenes.outlines import Point
from benchmark.scenes.states import Edge, State

WAYS = {Edge.LEFT: (-0.7, 0.0), Edge.RIGHT: (0.9, 0.0), Edge.TOP: (0.0, -0.6), Edge.BOTTOM: (0.0, 0.8)}


def way_out(edge: Edge) -> Point:
    return WAYS[edge]


def state_at(u: float, *motions: Motion) -> State:
    state = State(way_out)
    for motion in motions:
        motion.apply(state, u)
    return state


@pytest.mark.parametrize(
    "motion",
    [
        Shift("kite", by=(0.2, 0.1), hop=0.1, lift=0.3),
        Turn("kite", degrees=90),
        Grow("kite", x=2, y=0.5),
        Swing("kite", degrees=20, cycles=1.5),
        Bob("kite", by=(0.1, 0.1)),
        Flap("kite", x=0.2),
        Leave("kite", edge=Edge.LEFT, hop=0.1),
        Fade("kite", to=0.0),
        Turn("kite", degrees=90, start=0.5),
    ],
)
def test_every_motion_starts_from_rest(motion: Motion) -> None:
    assert state_at(0.0, motion) == State(way_out)


def test_a_change_of_colour_starts_with_none_of_it() -> None:
    assert state_at(0.0, Tint("kite", to="red")).tint_share == 0


def test_shifts_and_turns_of_one_part_add_up() -> None:
    state = state_at(
        1.0, Shift("kite", by=(0.2, 0.1)), Shift("kite", by=(0.1, 0.0)), Turn("kite", degrees=30)
    )

    assert (state.x, state.y, state.degrees) == pytest.approx((0.3, 0.1, 30))


def test_growing_ends_at_the_factors_given() -> None:
    state = state_at(1.0, Grow("kite", x=2.0, y=0.5))

    assert (state.scale_x, state.scale_y) == pytest.approx((2.0, 0.5))


def test_an_entrant_comes_from_just_outside_and_ends_at_its_place() -> None:
    entering = Enter("bird", edge=Edge.RIGHT)

    assert state_at(0.0, entering).x == pytest.approx(0.9)
    assert state_at(1.0, entering).x == pytest.approx(0.0)


def test_what_leaves_ends_just_outside() -> None:
    assert state_at(1.0, Leave("bird", edge=Edge.TOP)).y == pytest.approx(-0.6)


def test_a_hop_is_in_the_air_half_way_and_on_the_ground_at_the_end() -> None:
    hopping = Shift("frog", by=(0.2, 0.0), hop=0.25)

    assert state_at(0.5, hopping).lift == pytest.approx(0.25)
    assert state_at(1.0, hopping).lift == pytest.approx(0.0, abs=1e-9)


def test_a_motion_keeps_to_its_part_of_the_clip() -> None:
    late = Shift("kite", by=(0.2, 0.0), start=0.5, end=0.75)

    assert state_at(0.5, late).x == 0
    assert state_at(0.75, late).x == state_at(1.0, late).x == pytest.approx(0.2)


def test_no_step_of_a_shift_is_near_a_standstill() -> None:
    places = [state_at(t / 15, Shift("kite", by=(0.3, 0.0))).x for t in range(16)]
    steps = [b - a for a, b in pairwise(places)]

    assert min(steps) > 0.5 * 0.3 / 15


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_motion_of_a_scenario_names_one_of_its_parts(name: str) -> None:
    parts = {part.name for part in SCENARIOS[name].parts(np.random.default_rng(0), Style.FLAT)}

    named = {part for action in SCENARIOS[name].actions for part in action.moved_parts if part}
    assert named <= parts
