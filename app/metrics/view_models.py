"""View models of the page with the metrics of a submission."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.plurals import counted
from benchmark.protocol import JobStatus, MetricFormat, SuiteName
from benchmark.wire.metrics import UnmeasuredClip

SUITE_TITLES: Mapping[SuiteName, str] = {
    SuiteName.MOTION: "Motion and artifacts",
    SuiteName.ANIMATE_BENCH: "Animate Bench (CLIP)",
    SuiteName.VBENCH_I2V: "VBench-I2V, VBench-style",
    SuiteName.AIGCBENCH: "AIGCBench (CLIP)",
}
_FORMATS = {
    MetricFormat.CSV: "CSV",
    MetricFormat.JSON: "JSON",
    MetricFormat.MARKDOWN: "Markdown",
    MetricFormat.LATEX: "LaTeX",
}


@dataclass(frozen=True)
class MetricRow:
    """One metric of a suite.

    `value` is the mean over pairs, such as `12.3 ± 0.4`; `better` is ↑, ↓ or empty.
    """

    title: str
    better: str
    value: str
    pairs: str

    @property
    def direction(self) -> str:
        """Return the metric's direction in words, for people who do not see the arrow."""
        return {"↑": "higher is better", "↓": "lower is better"}.get(self.better, "neither is better")


@dataclass(frozen=True)
class SuitePart:
    """The scores and the jobs of one suite.

    `rows` is empty until the first clip was measured. `note` states the number of pairs, the settings and the
    missing scores. `may_change` is true for people who may start, cancel and retry jobs.
    """

    public_id: str
    suite: SuiteName
    clips: int
    counts: Mapping[JobStatus, int]
    failures: tuple[UnmeasuredClip, ...]
    is_offered: bool
    is_partial: bool
    rows: tuple[MetricRow, ...]
    note: str
    start_command: str
    may_change: bool

    @property
    def title(self) -> str:
        return SUITE_TITLES[self.suite]

    @property
    def done(self) -> int:
        return self.counts[JobStatus.DONE]

    @property
    def is_running(self) -> bool:
        return self.counts[JobStatus.QUEUED] + self.counts[JobStatus.LEASED] > 0

    @property
    def in_words(self) -> str:
        """Return the progress as text, such as `12 of 320 clips measured · 2 failed`."""
        parts = [f"{self.done:,} of {counted(self.clips, 'clip')} measured"]
        for status in (JobStatus.FAILED, JobStatus.CANCELLED):
            if self.counts[status]:
                parts.append(f"{self.counts[status]:,} {status}")
        return " · ".join(parts)

    @property
    def more_failures(self) -> int:
        return self.counts[JobStatus.FAILED] - len(self.failures)

    @property
    def needs_worker(self) -> bool:
        return self.is_running and not self.is_offered

    @property
    def may_cancel(self) -> bool:
        return self.may_change and self.is_running

    @property
    def may_retry(self) -> bool:
        return self.may_change and self.counts[JobStatus.FAILED] > 0

    @property
    def url(self) -> str:
        return f"/submissions/{self.public_id}/metrics/{self.suite}"

    @property
    def downloads(self) -> tuple[tuple[str, str], ...]:
        """Return the name and the URL of each file; an empty result if the submission has no scores."""
        if not self.rows:
            return ()
        address = f"/api/v1/submissions/{self.public_id}/metrics/{self.suite}"
        return tuple((name, f"{address}.{file_format}") for file_format, name in _FORMATS.items())


@dataclass(frozen=True)
class SuiteChoice:
    """A suite in the form. `remark` tells whether a worker offers the suite."""

    value: SuiteName
    title: str
    remark: str
    is_chosen: bool


@dataclass(frozen=True)
class MetricsPart:
    """The part of the page that changes while clips are measured."""

    public_id: str
    suites: tuple[SuitePart, ...]

    @property
    def url(self) -> str:
        return f"/submissions/{self.public_id}/metrics/progress"

    @property
    def is_running(self) -> bool:
        return any(each.is_running for each in self.suites)


@dataclass(frozen=True)
class MetricsPage:
    """The page with the metrics of a submission.

    `choices` is empty for people who may not start a suite. `refusal` states why a suite cannot be started.
    """

    public_id: str
    name: str
    benchmark: str
    is_partial: bool
    part: MetricsPart
    choices: tuple[SuiteChoice, ...]
    refusal: str
    problem: str = ""

    @property
    def submission_url(self) -> str:
        return f"/submissions/{self.public_id}"

    @property
    def url(self) -> str:
        return f"/submissions/{self.public_id}/metrics"
