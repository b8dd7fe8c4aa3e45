"""Frames are selected by their display times, for every clock and delay of a file."""

from fractions import Fraction

import pytest

from benchmark.video import Timeline

UNEVEN = Timeline(tuple(Fraction(tenths, 10) for tenths in (0, 1, 10, 11, 20)), Fraction(21, 10))


def even(frames: int, fps: Fraction) -> Timeline:
    return Timeline(tuple(number / fps for number in range(frames)), frames / fps)


def test_the_first_frame_is_at_zero_whatever_the_order_in_the_file() -> None:
    timeline = Timeline.from_ticks([8192, 12288, 10240], 2048, Fraction(1, 16384))

    assert timeline.starts_s == (0, Fraction(1, 8), Fraction(1, 4))
    assert timeline.end_s == Fraction(3, 8)


def test_a_last_frame_of_unknown_duration_lasts_as_long_as_the_one_before() -> None:
    assert Timeline.from_ticks([0, 10, 30], 0, Fraction(1, 10)).end_s == 5


def test_every_third_frame_of_24_fps_is_shown_at_8_fps() -> None:
    timeline = even(12, Fraction(24))

    assert timeline.sampled(Fraction(8), timeline.frames_at(Fraction(8))) == (0, 3, 6, 9)


def test_of_uneven_frames_the_one_on_screen_is_chosen() -> None:
    # By hand: at 0, 0.5, 1.0 and 1.5 s the frames 0, 1, 2 and 3 are on the screen.
    assert UNEVEN.sampled(Fraction(2), UNEVEN.frames_at(Fraction(2))) == (0, 1, 2, 3)


def test_after_the_end_the_last_frame_stays() -> None:
    assert even(2, Fraction(8)).sampled(Fraction(8), 4) == (0, 1, 1, 1)


def test_a_clock_that_rounds_loses_no_frame() -> None:
    # 30 frames of 30000/1001 a second on a clock of 1 ms.
    rounded = Timeline.from_ticks([round(n * 1001 / 30) for n in range(30)], 33, Fraction(1, 1000))
    rate = Fraction(30_000, 1001)

    assert rounded.sampled(rate, rounded.frames_at(rate)) == tuple(range(30))


@pytest.mark.parametrize(("timeline", "is_even"), [(even(16, Fraction(8)), True), (UNEVEN, False)])
def test_even_frame_times_are_detected(timeline: Timeline, is_even: bool) -> None:
    assert timeline.is_even is is_even


def test_the_mean_rate_is_frames_over_duration() -> None:
    assert UNEVEN.fps == Fraction(50, 21)
