"""The rows of the playback table (docs/tables.md)."""

from dataclasses import dataclass

from benchmark.protocol import AssignmentPurpose, Choice, PlaybackKind


@dataclass(frozen=True, slots=True)
class PlaybackRow:
    """A playback event (such as play or pause) of one clip of a comparison.

    Attributes:
        position: the number of the comparison, counted from 1 in the order in which the annotator got
            comparisons.
        view: the number of the page view that showed the comparison. Reloading the page starts another view.
        number: the number of the event in its view, from 0.
        clip: `left` or `right`; `side` is the submission that the clip belongs to.
        at_ms: milliseconds since the page showed the comparison.
        clip_ms: the position in the clip, milliseconds.
    """

    study: str
    matchup: str
    pair: str
    annotator: str
    purpose: AssignmentPurpose
    position: int
    view: int
    number: int
    clip: Choice
    side: str
    kind: PlaybackKind
    at_ms: int
    clip_ms: int
