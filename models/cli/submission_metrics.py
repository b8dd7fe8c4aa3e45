"""Measures submissions on a server and prints their scores, for `ti2v metrics SUBMISSION`."""

import sys
import time
from collections.abc import Callable, Sequence

import click

from benchmark.cli.output import write_output
from benchmark.client.client import Client
from benchmark.client.errors import Refused
from benchmark.client.metric_api import MetricApi
from benchmark.exports.metric_files import NamedTable, metric_tables_bytes, named_table
from benchmark.protocol import JobStatus, MetricFormat, SuiteName
from benchmark.wire.metrics import SuiteProgress
from models.cli.metric_gaps import print_gaps, print_missing_metrics

POLL_S = 2.0
_ENDED = (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED)


def print_submission_metrics(
    submissions: Sequence[str],
    suite: SuiteName,
    file_format: MetricFormat,
    output: str,
    *,
    start: bool,
    again: bool,
    verbose: bool,
    server: str | None,
    key: str | None,
) -> None:
    """Print the scores of submissions, one row per submission.

    Args:
        start: if true, first measure the clips that have no scores, and wait until the workers have finished.
        again: if true, also measure the clips that already have scores. Without `start`, `again` has no
            effect.

    Raises:
        click.ClickException: a submission has no scores in the suite.
        ServerError: the server refuses a request, or does not answer.
        MetricInputError: the scores of two submissions were computed with different settings.
    """
    if again and not start:
        raise click.UsageError("--again has an effect only with --start.")
    with Client(server, key, on_retry=_print) as client:
        if start:
            _name_missing_worker(client.metrics, submissions, suite, client.address)
            for submission in submissions:
                client.metrics.measure(submission, suite, again=again)
            wait_for_workers(client.metrics, submissions, suite)
        rows = [_scores(client.metrics, submission, suite) for submission in submissions]
    for table in {tuple(row.table.not_computed): row.table for row in rows}.values():
        print_missing_metrics(table)
    for row in rows:
        print_gaps(row, verbose)
    write_output([metric_tables_bytes(rows, file_format)], output)


def _name_missing_worker(
    metrics: MetricApi, submissions: Sequence[str], suite: SuiteName, address: str
) -> None:
    """If no running worker offers the suite, print how to start a worker."""
    if not any(each.is_offered for each in _progress(metrics, submissions, suite)):
        _print(
            f"No worker that runs now offers the suite {suite}. Start one: ti2v worker --server {address} "
            f"--suites {suite}"
        )


def wait_for_workers(
    metrics: MetricApi,
    submissions: Sequence[str],
    suite: SuiteName,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Show a progress bar until no clip waits for a worker. Ctrl-C stops waiting; the jobs stay queued."""
    progress = _progress(metrics, submissions, suite)
    clips = sum(each.clips for each in progress)
    with click.progressbar(length=clips, label="Clips", show_pos=True, file=sys.stderr) as bar:
        shown = 0
        while True:
            ended = sum(each.counts[status] for each in progress for status in _ENDED)
            bar.update(ended - shown)
            shown = ended
            if not any(_waiting(each) for each in progress):
                return
            sleep(POLL_S)
            progress = _progress(metrics, submissions, suite)


def _progress(metrics: MetricApi, submissions: Sequence[str], suite: SuiteName) -> list[SuiteProgress]:
    return [
        each
        for submission in submissions
        for each in metrics.progress(submission).suites
        if each.suite is suite
    ]


def _waiting(progress: SuiteProgress) -> int:
    return progress.counts[JobStatus.QUEUED] + progress.counts[JobStatus.LEASED]


def _scores(metrics: MetricApi, submission: str, suite: SuiteName) -> NamedTable:
    try:
        return named_table(metrics.scores(submission, suite))
    except Refused as refusal:
        if refusal.code != "not_measured":
            raise
        raise click.ClickException(
            f"No clip of {submission} was measured with the suite {suite}. The owner starts this with: "
            f"ti2v metrics {submission} --suite {suite} --start"
        ) from refusal


def _print(sentence: str) -> None:
    click.echo(sentence, err=True)
