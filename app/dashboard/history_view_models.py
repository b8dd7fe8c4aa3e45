"""View models of one annotator's history, and of the replay of one comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.tables.playback import PlaybackEvent
from benchmark.protocol import Choice, PlaybackKind
from benchmark.wire.dashboard import HistoryItem

_POSITIONS = {Choice.LEFT: "A", Choice.RIGHT: "B"}
_WORDS = {
    PlaybackKind.PLAY: "played",
    PlaybackKind.PAUSE: "paused",
    PlaybackKind.SEEK: "moved to a frame",
    PlaybackKind.COMPLETE: "watched to the end",
}


@dataclass(frozen=True)
class HistoryPage:
    """A page of the comparisons that an annotator got (dashboard/history.html)."""

    study_slug: str
    study_title: str
    name: str
    items: tuple[HistoryItem, ...]
    next_cursor: str | None

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/annotators/{self.name}/history"

    @property
    def annotator_url(self) -> str:
        return f"/studies/{self.study_slug}/annotators/{self.name}"

    @property
    def older_url(self) -> str | None:
        return f"{self.url}?cursor={self.next_cursor}" if self.next_cursor else None

    def answer_of(self, item: HistoryItem) -> str:
        return answer_text(item)

    def watched(self, item: HistoryItem) -> str:
        """Return how often each clip was watched to the end."""
        if item.left_completed is None or item.right_completed is None:
            return "unknown"
        return f"A {item.left_completed}×, B {item.right_completed}×"

    def when(self, item: HistoryItem) -> str:
        return moment(item.ended_at or item.created_at)


@dataclass(frozen=True)
class PlaybackLine:
    """A playback event of one clip, or the same event of both clips at the same time.

    `begins_view` is true for the first event of a page view.
    """

    at: str
    what: str
    begins_view: bool


@dataclass(frozen=True)
class ReplayPage:
    """The page that replays one comparison of an annotator, with the answer (dashboard/replay.html).

    `withheld` says why the page does not show the clips; it is empty if the page shows the clips.
    """

    study_slug: str
    study_title: str
    name: str
    item: HistoryItem
    events: tuple[PlaybackLine, ...]
    withheld: str

    @property
    def history_url(self) -> str:
        return f"/studies/{self.study_slug}/annotators/{self.name}/history"

    @property
    def image_url(self) -> str:
        return f"{self.history_url}/{self.item.id}/image"

    @property
    def clips(self) -> tuple[tuple[str, str, str, str], ...]:
        """Return each shown clip: its letter (A or B), side (left or right), URL and watching time."""
        if self.withheld:
            return ()
        item = self.item
        return (
            ("A", item.left, f"{self.history_url}/{item.id}/left", _seconds(item.left_watched_ms)),
            ("B", item.right, f"{self.history_url}/{item.id}/right", _seconds(item.right_watched_ms)),
        )

    @property
    def answer(self) -> str:
        return answer_text(self.item)

    @property
    def when(self) -> str:
        return moment(self.item.ended_at or self.item.created_at)


def playback_lines(events: Sequence[PlaybackEvent]) -> tuple[PlaybackLine, ...]:
    """Return the playback events in words.

    If both clips had the same event at the same time, the event is one line.
    """
    both: dict[tuple[int, int, PlaybackKind], list[PlaybackEvent]] = {}
    for event in events:
        both.setdefault((event.view, event.at_ms, event.kind), []).append(event)
    lines, last_view = [], None
    for (view, at_ms, kind), same in both.items():
        clips = " and ".join(_POSITIONS[Choice(each.clip)] for each in same)
        position = "" if kind == PlaybackKind.COMPLETE else f" at {_seconds(same[0].position_ms)} of the clip"
        lines.append(PlaybackLine(_seconds(at_ms), f"{clips}: {_WORDS[kind]}{position}", view != last_view))
        last_view = view
    return tuple(lines)


def answer_text(item: HistoryItem) -> str:
    """Return an answer in words, such as `B, cinemo (object motion) after 9.2 s`."""
    if item.choice is None:
        return f"{item.status}: {item.skip_reason.replace('_', ' ')}" if item.skip_reason else item.status
    chosen = item.left if item.choice is Choice.LEFT else item.right
    reasons = ", ".join(each.replace("_", " ") for each in item.justifications) or "no reason"
    after = f" after {_seconds(item.decision_ms)}" if item.decision_ms is not None else ""
    return f"{_POSITIONS[item.choice]}, {chosen} ({reasons}){after}"


def moment(at: datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M:%S} UTC"


def _seconds(milliseconds: int | None) -> str:
    return "unknown" if milliseconds is None else f"{milliseconds / 1000:.1f} s"
