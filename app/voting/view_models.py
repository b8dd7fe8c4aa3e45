"""View models of the voting templates, without model names and file names."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from app.languages import gettext_noop, translate_number
from app.languages.study_texts import AnnotatorPage
from app.panels.time_estimate import SECONDS_PER_PAIR, time_left
from benchmark.protocol import Choice, Justification, StudyStatus
from benchmark.wire.votes import AssignmentResponse

# The layout treats a clip as square if width / height is between these limits.
TALLEST_SQUARE, WIDEST_SQUARE = 0.8, 1.25


class AssignmentView(AssignmentResponse):
    """The annotator's view of an assignment: the REST API's response and values for the template."""

    @property
    def position(self) -> int:
        """Return the number of the shown pair, counted from 1.

        The number never exceeds `total`, even after `total` decreased.
        """
        return min(self.done + 1, self.total)

    @property
    def last_frame(self) -> int:
        """Return the number of the clip's last frame on the slider; the first frame is 0."""
        return self.frames - 1

    @property
    def shape(self) -> str:
        """Return the layout of the page before the clips load: `tall`, `square` or `wide`."""
        aspect = self.width / self.height
        if aspect < TALLEST_SQUARE:
            return "tall"
        return "wide" if aspect > WIDEST_SQUARE else "square"

    @property
    def as_json(self) -> str:
        """Return the assignment as JSON in the format of the REST API, for the start of the page's script."""
        return self.model_dump_json()


@dataclass(frozen=True, kw_only=True)
class UndoCard:
    """The annotator's last vote, which the annotator can undo."""

    token: str


@dataclass(frozen=True, kw_only=True)
class KeptForm:
    """The answer that was submitted before an error or an undo; the form shows this answer again."""

    choice: Choice | None = None
    justifications: frozenset[Justification] = frozenset()

    @property
    def left_checked(self) -> bool:
        return self.choice is Choice.LEFT

    @property
    def right_checked(self) -> bool:
        return self.choice is Choice.RIGHT


@dataclass(frozen=True, kw_only=True)
class ReasonTile:
    """A justification with the labels and the keyboard digit that the voting page shows."""

    value: Justification
    title: str
    explanation: str
    key: str


REASON_TILES = (
    ReasonTile(
        value=Justification.IMAGE_ALIGNMENT,
        title=gettext_noop("Image alignment"),
        explanation=gettext_noop("It stays closer to the input image."),
        key="1",
    ),
    ReasonTile(
        value=Justification.TEXT_ALIGNMENT,
        title=gettext_noop("Text alignment"),
        explanation=gettext_noop("It does more of what the text asks."),
        key="2",
    ),
    ReasonTile(
        value=Justification.OBJECT_MOTION,
        title=gettext_noop("Object motion"),
        explanation=gettext_noop("Things move more naturally."),
        key="3",
    ),
    ReasonTile(
        value=Justification.OVERALL_QUALITY,
        title=gettext_noop("Overall quality"),
        explanation=gettext_noop("It looks cleaner, with fewer glitches."),
        key="4",
    ),
)


@dataclass(frozen=True, kw_only=True)
class VotePage(AnnotatorPage):
    """The voting page (voting/vote.html); without an assignment, the thank-you page (voting/done.html).

    `done` is the number of pairs that this annotator voted on or skipped. `remaining` is the number of pairs
    that other annotators currently hold. Pairs that other annotators hold may become available to this
    annotator again. If the annotator reached the study's limit for one day, `hours_until_tomorrow` is above
    0; otherwise 0.
    """

    study_slug: str
    study_title: str
    instructions: str | None
    assignment: AssignmentView | None
    undoable: UndoCard | None = None
    notice: str | None = None
    is_preview: bool = False
    kept: KeptForm = field(default_factory=KeptForm)
    require_justification: bool = True
    watch_gate: bool = True
    single_key_shortcuts: bool = True
    lease_s: int = 900
    done: int = 0
    remaining: int = 0
    hours_until_tomorrow: int = 0

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/vote"

    @property
    def time_left(self) -> str:
        """Return a first estimate of the remaining time in whole minutes, or in hours if the time is long."""
        assert self.assignment is not None
        return time_left(self.assignment.total - self.assignment.done, self.language)

    @property
    def lease_minutes(self) -> str:
        """Return the number of minutes until a pair that another annotator holds becomes free again."""
        return translate_number(self.language, "{n} minute", "{n} minutes", -(-self.lease_s // 60))

    @property
    def skip_url(self) -> str:
        return f"/studies/{self.study_slug}/skip"

    @property
    def undo_url(self) -> str:
        return f"/studies/{self.study_slug}/undo"

    @property
    def withdraw_url(self) -> str:
        return f"/studies/{self.study_slug}/withdraw"

    @property
    def assignments_url(self) -> str:
        """Return the URL from which the script requests the next assignment."""
        return f"/api/v1/studies/{self.study_slug}/assignments"

    @property
    def assignment_url(self) -> str:
        """Return the base URL of the script's requests about an assignment; the script adds the token."""
        return "/api/v1/assignments/{token}/"

    @property
    def seconds_per_pair(self) -> int:
        return SECONDS_PER_PAIR

    @property
    def reasons(self) -> tuple[ReasonTile, ...]:
        return REASON_TILES


def hours_until(until: datetime | None, now: datetime) -> int:
    """Return the number of hours from now until a time, rounded up; 0 if the time is None."""
    return 0 if until is None else ceil((until - now) / timedelta(hours=1))


@dataclass(frozen=True, kw_only=True)
class ClosedPage(AnnotatorPage):
    """The page of a study that is a draft, paused or closed, so that nobody can vote (voting/closed.html)."""

    study_slug: str
    study_title: str
    status: StudyStatus
    done: int = 0

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/vote"

    @property
    def withdraw_url(self) -> str:
        return f"/studies/{self.study_slug}/withdraw"

    @property
    def is_closed(self) -> bool:
        """Return whether the study is closed permanently, not only paused."""
        return self.status is StudyStatus.CLOSED
