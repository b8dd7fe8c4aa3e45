"""When each frame of a clip is shown, in seconds from the first picture."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

# A frame's duration may differ from the mean by this share and still count as even.
_EVEN = Fraction(1, 20)
# Matroska rounds times to 1 ms, 3 % of a frame at 60 fps: this share of a frame early or late is rounding.
_ROUNDING = Fraction(1, 20)


@dataclass(frozen=True)
class Timeline:
    """Presentation times of all shown frames.

    Attributes:
        starts_s: ascending; the first one is 0, whatever delay the file asks for.
        end_s: when the last frame ends.
    """

    starts_s: tuple[Fraction, ...]
    end_s: Fraction

    @classmethod
    def from_ticks(cls, starts: Sequence[int], last_duration: int, tick_s: Fraction) -> "Timeline":
        """Return the timeline of frames that start at `starts` ticks, in any order.

        Args:
            last_duration: ticks of the frame shown last; 0 where the file does not say, which repeats the
                duration of the frame before.
            tick_s: seconds of a tick.
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
        """Mean frame rate; 0 for a clip that lasts no time."""
        return self.frames / self.end_s if self.end_s else Fraction(0)

    @property
    def is_even(self) -> bool:
        """Whether all frames last equally long, within 5 % of their mean."""
        stops = (*self.starts_s[1:], self.end_s)
        durations = [stop - start for start, stop in zip(self.starts_s, stops, strict=True)]
        return (max(durations) - min(durations)) * self.frames <= _EVEN * self.end_s

    def shown_at(self, time_s: Fraction) -> int:
        """Return the index of the frame on screen at a time; the last one after the end."""
        return max(0, bisect_right(self.starts_s, time_s) - 1)

    def sampled(self, fps: Fraction, frames: int) -> tuple[int, ...]:
        """Return the index of the frame on screen at 0, 1 / fps, 2 / fps ...

        >>> Timeline((Fraction(0), Fraction(1, 10), Fraction(1)), Fraction(2)).sampled(Fraction(2), 4)
        (0, 1, 2, 2)
        """
        return tuple(self.shown_at((number + _ROUNDING) / fps) for number in range(frames))

    def frames_at(self, fps: Fraction) -> int:
        """Return how many frames of this rate fit into the clip, at least 1."""
        return max(1, int(self.end_s * fps + _ROUNDING))

    def is_slower_than(self, fps: Fraction) -> bool:
        """Whether the mean rate is at most `fps`, but for rounding."""
        return self.end_s * fps >= self.frames - _ROUNDING
