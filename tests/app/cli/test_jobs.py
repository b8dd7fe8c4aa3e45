"""`ti2v jobs` gives the same output on this machine's database and on a server."""

import json
from collections.abc import Callable

import pytest

from tests.app.cli.outcome import Outcome, Run
from tests.app.jobs.acting import WorkerProgram, worker_program
from tests.cast import BENCHMARK, PAIR_IDS, Cast

CREATE = ("jobs", "create", "--model", "motif", "--benchmark", BENCHMARK, "--label", "asked")


@pytest.fixture(params=["database", "server"])
def ti2v(
    request: pytest.FixtureRequest, run: Run, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Run a command on the cast's database, then again through the cast's server as Alice."""
    if request.param == "server":
        monkeypatch.setenv("TI2V_SERVER", request.getfixturevalue("live_server"))
        monkeypatch.setenv("TI2V_KEY", cast.alice.key)
    else:
        monkeypatch.setenv("TI2V_HOME", str(cast.context.settings.home))
    return run


@pytest.fixture
def worker(cast: Cast) -> WorkerProgram:
    return worker_program(cast.context)


def statuses(ti2v: Run, *only: str) -> list[tuple[str, str]]:
    listed = json.loads(ti2v("jobs", "list", "--format", "json", *only).out)
    return [(job["pair_id"], job["status"]) for job in listed]


def test_clips_are_requested_once(ti2v: Run) -> None:
    first = ti2v(*CREATE)
    again = ti2v(*CREATE)

    assert (first.code, len(first.out.split())) == (0, 1), first.err
    assert first.out == again.out
    assert f"{len(PAIR_IDS)} jobs queued" in first.err
    assert "0 jobs queued: every requested clip exists or is queued." in again.err


def test_pairs_that_are_not_there_are_pointed_out(ti2v: Run) -> None:
    one = ti2v(*CREATE, "--pairs", f"nosuch,{PAIR_IDS[0]}")
    many = ti2v(*CREATE, "--pairs", ",".join(f"none{number}" for number in range(7)))

    assert (one.code, one.err) == (
        1,
        f"Error: {BENCHMARK} does not contain these pairs of your list: number 1.\n",
    )
    assert (
        "does not contain these pairs of your list: number 1, number 2, number 3, number 4, number 5 and "
        "2 more." in many.err
    )


def test_an_unknown_model_is_refused_with_each_offered_one_named_once(
    ti2v: Run, worker: WorkerProgram
) -> None:
    none_yet = ti2v("jobs", "create", "--model", "nobodys", "--benchmark", BENCHMARK)
    worker.claim("drift", "still")

    refused = ti2v("jobs", "create", "--model", "nobodys", "--benchmark", BENCHMARK)

    assert none_yet.err.endswith("Start a worker that offers the model.\n")
    assert refused.err.splitlines()[1:] == ["  drift", "  still"]


@pytest.mark.parametrize("option", ["--pairs", "--seeds"])
def test_an_empty_list_does_not_mean_every_pair(ti2v: Run, option: str) -> None:
    """An empty variable in a shell script must not create jobs for the whole benchmark."""
    made = ti2v(*CREATE, option, "")
    assert made.code == 2
    assert "the list is empty. Omit the option for the default." in made.err
    assert ti2v("jobs", "list", "--format", "json").out.strip() == "[]"


def test_pairs_seeds_and_priority_are_taken(ti2v: Run) -> None:
    made = ti2v(*CREATE, "--pairs", ",".join(PAIR_IDS[:2]), "--seeds", "1,2", "--priority", "4")

    jobs = json.loads(ti2v("jobs", "list", "--format", "json").out)
    assert len(made.out.split()) == 1
    assert [(job["pair_id"], job["seed"], job["priority"]) for job in jobs] == [
        (PAIR_IDS[0], 1, 4),
        (PAIR_IDS[1], 1, 4),
        (PAIR_IDS[0], 2, 4),
        (PAIR_IDS[1], 2, 4),
    ]


def test_the_list_is_a_table_with_counts(ti2v: Run, worker: WorkerProgram) -> None:
    ti2v(*CREATE)
    (job,) = worker.claim()
    worker.fail(job, kind="bad_input", message="no such image")

    listed = ti2v("jobs", "list", "--status", "failed")

    assert listed.out.splitlines()[0].split()[:3] == ["id", "model", "pair_id"]
    assert "no such image" in listed.out
    assert "gpu-box" in listed.out
    assert f"{len(PAIR_IDS) - 1} queued, 0 leased, 0 done, 1 failed, 0 cancelled" in listed.err


def test_jobs_are_cancelled_and_tried_again(ti2v: Run) -> None:
    submission = ti2v(*CREATE).out.strip()
    job = json.loads(ti2v("jobs", "list", "--format", "json").out)[0]["id"]

    one = ti2v("jobs", "cancel", job)
    rest = ti2v("jobs", "cancel", "--submission", submission)
    back = ti2v("jobs", "retry", job)

    assert one.out == f"{job} cancelled\n"
    assert f"{len(PAIR_IDS) - 1} jobs changed" in rest.err
    assert back.out == f"{job} queued\n"
    assert statuses(ti2v, "--status", "queued", "--submission", submission) == [(PAIR_IDS[0], "queued")]


def test_what_failed_in_a_submission_is_tried_again_at_once(ti2v: Run, worker: WorkerProgram) -> None:
    submission = ti2v(*CREATE).out.strip()
    (job,) = worker.claim()
    worker.fail(job, kind="bad_input")

    assert "1 job changed" in ti2v("jobs", "retry", "--submission", submission).err
    assert [each["id"] for each in worker.claim()] == [job["id"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("jobs", "create", "--model", "nobodys", "--benchmark", BENCHMARK),
            "Start a worker that offers the model.",
        ),
        (("jobs", "create", "--model", "motif", "--benchmark", "nowhere"), "no such benchmark"),
        ((*CREATE, "--pairs", "no_such_pair"), "does not contain these pairs of your list: number 1"),
        ((*CREATE, "--priority", "100000"), "priority"),
        ((*CREATE, "--seeds", "-1"), "whole numbers"),
        (("jobs", "cancel"), "Name jobs"),
        (("jobs", "retry", "0" * 16), "There is no such job"),
        (("jobs", "cancel", "--submission", "0" * 16), "There is no such submission"),
    ],
)
def test_a_refused_command_prints_a_sentence(ti2v: Run, words: tuple[str, ...], said: str) -> None:
    outcome = ti2v(*words)

    assert outcome.code in (1, 2)
    assert said in outcome.err
    assert "Traceback" not in outcome.err
