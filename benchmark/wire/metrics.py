"""Wire types to measure the clips of a submission with suites of metrics, and to read the scores."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from benchmark.protocol import Direction, JobStatus, SuiteName
from benchmark.wire.common import Flag, OneLine, RequestModel, ResponseModel
from benchmark.wire.jobs import MAX_PRIORITY, Attempt
from benchmark.wire.text import one_line

MAX_METRICS, MAX_SETTINGS = 64, 64


def _as_one_line(text: object) -> object:
    return one_line(text) if isinstance(text, str) else text


MetricName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]
# NaN and infinity are outside every range, so they are refused.
Score = Annotated[float, Field(gt=-1e300, lt=1e300, allow_inf_nan=False)]
SettingName = Annotated[str, StringConstraints(min_length=1, max_length=64), OneLine]
SettingText = Annotated[str, StringConstraints(max_length=400), OneLine]
Refusal = Annotated[str, BeforeValidator(_as_one_line), StringConstraints(min_length=1)]


class MeasureRequest(RequestModel):
    """A request to measure the clips of a submission that have no scores in a suite.

    If `again` is true, clips that already have scores are measured again, for example after an update of the
    formulas.
    """

    suite: SuiteName
    priority: Annotated[int, Field(ge=-MAX_PRIORITY, le=MAX_PRIORITY)] = 0
    again: Flag = False


class ScoresRequest(RequestModel):
    """The scores that a worker computed for the clip of a job.

    `settings` is everything that the scores depend on: backbone, revision, transform, frames, our version. If
    a setting is named after a metric, it applies only to this metric. For each metric that cannot score the
    clip, `refused` states the reason.
    """

    attempt: Attempt
    settings: Annotated[dict[SettingName, SettingText], Field(max_length=MAX_SETTINGS)]
    values: Annotated[dict[MetricName, Score], Field(max_length=MAX_METRICS)]
    refused: Annotated[dict[MetricName, Refusal], Field(default_factory=dict, max_length=MAX_METRICS)]


class UnmeasuredClip(ResponseModel):
    pair_id: str
    seed: int
    message: str


class SuiteProgress(ResponseModel):
    """How many clips of a submission one suite has measured.

    `counts` is the number of jobs by status, `failures` lists the first failed clips, and `is_offered` tells
    whether a worker that runs now offers the suite.
    """

    suite: SuiteName
    clips: int
    counts: dict[JobStatus, int]
    failures: list[UnmeasuredClip]
    is_offered: bool


class SubmissionMetricsResponse(ResponseModel):
    """For every suite, how many clips of a submission the suite has measured.

    `name` is `model` or `model@label`.
    """

    submission: str
    name: str
    partial: bool
    suites: list[SuiteProgress]


class PairCount(ResponseModel):
    scored: int
    expected: int


class MetricMean(ResponseModel):
    """The mean of a metric over pairs, and the standard deviation of the means per seed."""

    mean: float | None
    seed_sd: float | None
    pairs: int
    direction: Direction


class ClipScoresResponse(ResponseModel):
    pair: str
    scenario: str
    seed: int
    values: dict[str, float]
    refused: dict[str, str]
    clip: dict[str, float]


class MetricTableResponse(ResponseModel):
    """The scores of a submission in one suite, in the format of `ti2v metrics --format json`."""

    suite: SuiteName
    name: str
    settings: dict[str, str]
    partial: bool
    missing_clips: int
    pairs: PairCount
    means: dict[str, MetricMean]
    not_computed: list[str]
    totals: dict[str, float | None]
    total_seed_sds: dict[str, float | None]
    clips: list[ClipScoresResponse]
