"""Wire types for the dashboard of a study: progress, pace, active annotators, undisplayed clips."""

from datetime import datetime
from decimal import Decimal

from benchmark.protocol import AssignmentPurpose, Choice, Justification, SkipReason
from benchmark.wire.common import PageResponse, ResponseModel


class ProgressResponse(ResponseModel):
    """Votes of one matchup in one scenario, without gold questions.

    `complete` is the number of comparisons that have all their votes.
    """

    matchup: str
    scenario: str
    comparisons: int
    complete: int
    votes: int
    votes_wanted: int


class HourResponse(ResponseModel):
    """The number of votes with any status in the hour that begins at `start`."""

    start: datetime
    votes: int


class ActiveAnnotatorResponse(ResponseModel):
    """An annotator who voted in the last 15 minutes."""

    annotator: str
    last_vote_at: datetime
    votes: int


class ClipReportResponse(ResponseModel):
    """A comparison that annotators skipped because a clip or the image was not displayed."""

    matchup: str
    pair: str
    reason: SkipReason
    reports: int
    last_at: datetime


class CostResponse(ResponseModel):
    """Two cost estimates: for the votes so far, and for all votes that the study needs.

    Both estimated costs include the platform's fee. The estimated costs do not include gold questions,
    repeats and pilots.
    """

    spent: Decimal
    total: Decimal
    currency: str


class DashboardResponse(ResponseModel):
    """The state of a study for its owner.

    `hours_left` is the number of hours until all comparisons have enough votes, at the pace of the last 6
    hours; null if nobody voted in the last 6 hours. `cost` is null if the study states no hourly pay.
    `pilot_votes` are the votes of pilots and previews; these votes never count.
    """

    at: datetime
    votes: int
    votes_wanted: int
    annotators: int
    pilots: int
    pilot_votes: int
    hours_left: float | None
    cost: CostResponse | None
    hours: list[HourResponse]
    active: list[ActiveAnnotatorResponse]
    progress: list[ProgressResponse]
    clip_reports: list[ClipReportResponse]


class HistoryItem(ResponseModel):
    """A comparison that was assigned to an annotator, with the annotator's answer.

    `status` is the status of the vote or, if the annotator did not vote, the status of the assignment
    (`open`, `skipped`, `expired` or `cancelled`). `left` is the side whose clip the annotator saw on the
    left; `right` is the side whose clip the annotator saw on the right. `left_completed` and
    `right_completed` count how often the page showed every frame of the clip; null if the page reported no
    playback events.
    """

    id: int
    position: int
    purpose: AssignmentPurpose
    status: str
    matchup: str
    pair: str
    prompt: str
    left: str
    right: str
    choice: Choice | None
    justifications: list[Justification]
    skip_reason: SkipReason | None
    protocol_version: int
    created_at: datetime
    ended_at: datetime | None
    decision_ms: int | None
    left_watched_ms: int | None
    right_watched_ms: int | None
    left_completed: int | None
    right_completed: int | None


class HistoryResponse(PageResponse):
    items: list[HistoryItem]
