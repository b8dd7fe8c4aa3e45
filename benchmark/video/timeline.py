"""Computes the time at which each frame of a clip is shown, in seconds after the first frame."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

# A clip has a constant rate if no frame's duration differs from the mean by more than this share.
_EVEN = Fraction(1, 20)
# Matroska rounds times to 1 ms, which shifts a frame by 3 % of its duration at 60 fps. A shift of up to this
# share of a frame's duration counts as rounding.
_ROUNDING = Fraction(1, 20)


@dataclass(frozen=True)
class Timeline:
    """Presentation times of all shown frames.

    Attributes:
        starts_s: the start of each frame in seconds, ascending. The first frame starts at 0, because a delay
            at the beginning of the file is ignored.
        end_s: the end of the last frame in seconds.
    """

    starts_s: tuple[Fraction, ...]
    end_s: Fraction

    @classmethod
    def from_ticks(cls, starts: Sequence[int], last_duration: int, tick_s: Fraction) -> "Timeline":
        """Return the timeline of frames with the start times `starts`, in ticks and in any order.

        Args:
            last_duration: the duration of the last shown frame in ticks. 0 means that the file does not
                specify this duration; the last frame then lasts as long as the frame before it.
            tick_s: the duration of a tick in seconds.
        """
        ordered = sorted(starts)
        if last_duration <= 0 and len(ordered) > 1:
            last_duration = ordered[-1] - ordered[-2]
        seconds = tuple((start - ordered[0]) * tick_s for start in ordered)
        return cls(seconds, seconds[-1] + last_duration * tick_s)

    @property
    def frames(self) -> int:
        return len(self.starts_s)

    @property
    def fps(self) -> Fraction:
        """The mean frame rate; 0 if the clip has a duration of 0."""
        return self.frames / self.end_s if self.end_s else Fraction(0)

    @property
    def is_even(self) -> bool:
        """Whether all frames have the same duration, within 5 % of the mean."""
        stops = (*self.starts_s[1:], self.end_s)
        durations = [stop - start for start, stop in zip(self.starts_s, stops, strict=True)]
        return (max(durations) - min(durations)) * self.frames <= _EVEN * self.end_s

    def shown_at(self, time_s: Fraction) -> int:
        """Return the index of the frame shown at a time.

        After the end of the clip, the last frame stays shown.
        """
        return max(0, bisect_right(self.starts_s, time_s) - 1)

    def sampled(self, fps: Fraction, frames: int) -> tuple[int, ...]:
        """Return the indices of the frames that are shown at 0, 1 / fps, 2 / fps ...

        >>> Timeline((Fraction(0), Fraction(1, 10), Fraction(1)), Fraction(2)).sampled(Fraction(2), 4)
        (0, 1, 2, 2)
        """
        return tuple(self.shown_at((number + _ROUNDING) / fps) for number in range(frames))

    def frames_at(self, fps: Fraction) -> int:
        """Return the number of frames at the rate `fps` that fit into the clip, at least 1."""
        return max(1, int(self.end_s * fps + _ROUNDING))

    def is_slower_than(self, fps: Fraction) -> bool:
        """Whether the mean frame rate is at most `fps`, within rounding."""
        return self.end_s * fps >= self.frames - _ROUNDING
