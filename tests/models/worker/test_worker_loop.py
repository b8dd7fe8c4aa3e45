"""The worker loop against a running server: results, failures, stopping."""

from dataclasses import replace
from fractions import Fraction

import httpx2
import pytest

from models.generators.base import BadInput, CannotRun, ClipRequest, Crashed, GeneratedClip, TimedOut
from models.worker.errors import NoModelAvailable, TooManyFailures
from tests.models.worker.conftest import PAIRS, WorkerServer
from tests.models.worker.toys import Scripted


def test_every_clip_is_generated_once_and_the_submission_is_final(worker_server: WorkerServer) -> None:
    [asked] = worker_server.ask()
    generator = Scripted()

    assert worker_server.run(generator) == PAIRS

    assert worker_server.counts() == {"done": PAIRS}
    assert worker_server.submission(asked["id"])["status"] == "final"
    assert len(set(generator.made)) == PAIRS == len(generator.made)


def test_a_clip_has_its_provenance(worker_server: WorkerServer) -> None:
    [asked] = worker_server.ask(seeds=[7])
    worker_server.run(Scripted())

    provenance = worker_server.clips(asked["id"])[0]["provenance"]

    assert (provenance["model"], provenance["seed"], provenance["width"]) == ("motif", 7, 64)


def test_full_batches_are_claimed_for_the_loaded_model(worker_server: WorkerServer) -> None:
    worker_server.ask()
    generator = Scripted()

    worker_server.run(generator, batch=3)

    assert generator.batches == [1, 3, 2]


def test_the_loaded_model_is_kept_while_it_has_jobs(worker_server: WorkerServer) -> None:
    worker_server.ask("motif")
    worker_server.ask("cinemo")
    motif, cinemo = Scripted("motif"), Scripted("cinemo")

    worker_server.run(motif, cinemo)

    assert worker_server.counts() == {"done": 2 * PAIRS}
    assert [line for line in worker_server.messages if line.startswith("Loading")] in (
        ["Loading motif.", "Loading cinemo."],
        ["Loading cinemo.", "Loading motif."],
    )
    assert not motif.is_loaded
    assert not cinemo.is_loaded


def test_an_image_is_fetched_once_for_all_its_pairs(worker_server: WorkerServer) -> None:
    worker_server.ask()
    worker_server.run(Scripted())

    assert len(list((worker_server.folder / "images").iterdir())) == 3


def test_once_exits_after_one_claim(worker_server: WorkerServer) -> None:
    worker_server.ask()

    assert worker_server.run(Scripted(), once=True) == 1


def test_the_batch_size_is_halved_down_to_one_when_memory_runs_out(worker_server: WorkerServer) -> None:
    worker_server.ask()
    generator = Scripted(memory=1)

    assert worker_server.run(generator, batch=4) == PAIRS

    assert generator.batches == [1, 4, 2, 1, 1, 1, 1, 1]
    assert "motif: a batch of 4 clips does not fit into memory; the new size is 2." in worker_server.messages
    assert "motif: a batch of 2 clips does not fit into memory; the new size is 1." in worker_server.messages


def test_a_single_clip_that_does_not_fit_is_a_failure(worker_server: WorkerServer) -> None:
    worker_server.ask()

    with pytest.raises(TooManyFailures):
        worker_server.run(Scripted(memory=0), batch=4)

    failed = [job for job in worker_server.jobs() if job["failure"]]
    assert {job["failure"]["kind"] for job in failed} == {"out_of_memory"}
    assert failed[0]["failure"]["message"] == (
        "A batch of one clip does not fit into the memory of this device. Tried to allocate 2 GiB."
    )


def test_bad_input_fails_only_its_own_job(worker_server: WorkerServer) -> None:
    worker_server.ask()

    made = worker_server.run(Scripted(troubles={2: BadInput("The image is a cat; dogs were expected.")}))

    assert made == PAIRS - 1
    assert worker_server.counts() == {"done": PAIRS - 1, "failed": 1}
    [failed] = worker_server.jobs(status="failed")
    assert failed["failure"]["message"] == "The image is a cat; dogs were expected."


@pytest.mark.parametrize(
    ("trouble", "kind", "message"),
    [
        (TimedOut("It took longer than 60 s.", log_tail="step 3"), "timeout", "It took longer than 60 s."),
        (RuntimeError("size mismatch"), "crash", "RuntimeError: size mismatch"),
    ],
)
def test_a_crash_or_timeout_is_reported_with_its_log(
    worker_server: WorkerServer, trouble: Exception, kind: str, message: str
) -> None:
    worker_server.ask()

    worker_server.run(Scripted(troubles={1: trouble}))

    [resting] = worker_server.jobs(status="queued")
    assert (resting["failure"]["kind"], resting["failure"]["message"]) == (kind, message)
    assert resting["failure"]["log_tail"]


def test_after_three_consecutive_failures_the_remaining_jobs_are_released(
    worker_server: WorkerServer,
) -> None:
    worker_server.ask()

    class Broken(Scripted):
        def _clip(self, request: ClipRequest) -> GeneratedClip:
            raise Crashed(f"{request.pair_id}: the GPU fell off the bus.")

    with pytest.raises(TooManyFailures, match="3 failures in a row; the remaining jobs are released"):
        worker_server.run(Broken())

    assert worker_server.counts() == {"queued": PAIRS}
    assert sum(job["failures"] for job in worker_server.jobs()) == 3


def test_a_model_that_cannot_run_is_no_longer_offered(worker_server: WorkerServer) -> None:
    worker_server.ask("motif")
    worker_server.ask("cinemo")
    missing = Scripted("cinemo", cannot_load=CannotRun("Weights are missing: 5 GB."))

    worker_server.run(Scripted("motif"), missing)

    assert worker_server.counts() == {"done": PAIRS, "queued": PAIRS}
    assert (
        "cinemo cannot run on this machine and is no longer offered. Weights are missing: 5 GB."
        in worker_server.messages
    )
    assert all(job["failures"] == 0 for job in worker_server.jobs(model="cinemo"))


def test_the_worker_exits_when_no_model_can_run(worker_server: WorkerServer) -> None:
    worker_server.ask()

    with pytest.raises(NoModelAvailable, match=r"No offered model can run on this machine\. No CUDA"):
        worker_server.run(Scripted(cannot_load=CannotRun("No CUDA.")))

    assert worker_server.counts() == {"queued": PAIRS}


def test_a_stopped_worker_uploads_its_clips_and_releases_the_other_jobs(worker_server: WorkerServer) -> None:
    worker_server.ask()

    class Stopping(Scripted):
        def _clip(self, request: ClipRequest) -> GeneratedClip:
            if len(self.made) == 2:
                worker_server.stopping.set()
            return super()._clip(request)

    made = worker_server.run(Stopping(), batch=2)

    assert made == 3
    assert worker_server.counts() == {"done": 3, "queued": PAIRS - 3}
    assert all(job["failures"] == 0 for job in worker_server.jobs())


def test_the_clip_of_a_cancelled_job_is_dropped(worker_server: WorkerServer) -> None:
    [asked] = worker_server.ask()

    class Cancelled(Scripted):
        def _clip(self, request: ClipRequest) -> GeneratedClip:
            worker_server.cancel(asked["id"])
            return super()._clip(request)

    assert worker_server.run(Cancelled()) == 0

    assert worker_server.counts() == {"cancelled": PAIRS}
    assert any("the clip is dropped. This job was cancelled" in line for line in worker_server.messages)


def test_a_clip_refused_by_the_server_fails_with_its_message(worker_server: WorkerServer) -> None:
    worker_server.ask()

    class Hasty(Scripted):
        def _clip(self, request: ClipRequest) -> GeneratedClip:
            return replace(super()._clip(request), fps=Fraction(500))

    worker_server.run(Hasty(), once=True)

    [job] = [job for job in worker_server.jobs() if job["failures"]]
    assert job["failure"]["kind"] == "crash"
    assert "lasts 0.0" in job["failure"]["message"]


def test_no_job_is_created_for_an_existing_clip(worker_server: WorkerServer) -> None:
    [asked] = worker_server.ask()
    worker_server.run(Scripted())

    again = Scripted()
    worker_server.ask()

    assert worker_server.run(again) == 0
    assert again.made == []
    assert httpx2.get(f"{worker_server.address}/healthz").status_code == 200
    assert worker_server.submission(asked["id"])["status"] == "final"
