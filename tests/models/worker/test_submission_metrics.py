"""`ti2v metrics SUBMISSION` starts suites on a server, waits for workers, and prints the scores."""

import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmark.client.client import Client
from benchmark.protocol import SuiteName
from models.cli import submission_metrics
from models.cli.metrics import metrics
from tests.cast import PAIR_IDS, Cast, make_submission
from tests.models.worker.conftest import WorkerServer
from tests.models.worker.test_suite_runner import MOTION, run_worker


def run(worker_server: WorkerServer, *words: str, key: str | None = None) -> Result:
    environment = {"TI2V_SERVER": worker_server.address, "TI2V_KEY": key or worker_server.alice.key}
    return CliRunner().invoke(metrics, ["--suite", "motion", *words], env=environment)


def test_start_waits_for_the_workers_and_prints_a_row_per_submission(
    worker_server: WorkerServer, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission_metrics, "POLL_S", 0.1)
    short = make_submission(
        cast.context, cast.alice, model="motif", label="short", shade=5, pair_ids=PAIR_IDS[:1]
    )
    results: list[Result] = []
    waiting = threading.Thread(target=lambda: results.append(run(worker_server, "motif", short, "--start")))
    waiting.start()
    while not worker_server.jobs(kind="measure", submission=short):
        waiting.join(0.05)
    run_worker(worker_server, MOTION)
    waiting.join(60)

    (done,) = results
    assert done.exit_code == 0, done.output
    head, _, *rows = done.stdout.splitlines()
    assert head.startswith("| | Mean flow")
    assert [row.split(" | ")[0] for row in rows[:2]] == ["| motif", "| motif@short (partial)"]
    assert "No worker that runs now offers the suite motion" in done.stderr
    assert "Partial: the row motif@short covers 1 of 6 pairs." in done.stderr


def test_scores_are_printed_in_the_formats_of_a_folder(worker_server: WorkerServer) -> None:
    with Client(worker_server.address, worker_server.alice.key) as alice:
        alice.metrics.measure("motif", SuiteName.MOTION)
    run_worker(worker_server, MOTION)

    done = run(worker_server, "motif", "--format", "csv")

    lines = done.stdout.splitlines()
    assert lines[0].startswith("model,partial,pair,scenario,seed,mean_flow,")
    assert len(lines) == 1 + len(PAIR_IDS)


def test_a_submission_without_scores_is_an_error_with_the_command_that_starts(
    worker_server: WorkerServer,
) -> None:
    done = run(worker_server, "motif")

    assert done.exit_code == 1
    assert "ti2v metrics motif --suite motion --start" in done.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["motif", "{folder}"], "motif is not a folder"),
        (["./clips"], "./clips is not a folder"),
        (["motif", "--benchmark", "ti2v-starter"], "--benchmark is an option for folders; remove it."),
        (["{folder}", "--start", "--benchmark", "b"], "--start is an option for submissions; remove it."),
        (["{folder}"], "Missing option '--benchmark'"),
        (["motif", "--again"], "--again has an effect only with --start"),
    ],
)
def test_options_and_arguments_that_do_not_fit_together_are_refused(
    worker_server: WorkerServer, tmp_path: Path, words: list[str], message: str
) -> None:
    done = run(worker_server, *(word.format(folder=tmp_path) for word in words))

    assert done.exit_code == 2
    assert message in done.output
