"""A worker measures clips with the code of `ti2v metrics`, uploads the scores and reports failures."""

import shutil
from pathlib import Path

import httpx2
import pytest

from benchmark.client.client import Client
from benchmark.protocol import SuiteName
from models.backbones import clip
from models.backbones.base import CLIP_B16
from models.backbones.pretrained import load_pretrained as load
from models.metrics.clip_input import ClipInput
from models.metrics.motion_scores import motion_scores
from models.metrics.options import MetricRun
from models.worker import suite_host, worker_loop
from models.worker.available_suites import AvailableSuite, select_suites
from models.worker.errors import NoModelAvailable, NoSuiteAvailable
from models.worker.image_cache import ImageCache
from models.worker.model_host import InlineHost
from models.worker.offers import select_offers
from models.worker.worker_loop import WorkerLoop, WorkerOptions
from tests.cast import PAIR_IDS, Cast, input_image, make_submission, small_clip, upload_clip
from tests.models.metrics.conftest import toy_clip
from tests.models.worker.conftest import GPU_BOX, WorkerServer

__all__ = ["toy_clip"]

MOTION = AvailableSuite(SuiteName.MOTION)


def run_worker(worker_server: WorkerServer, *suites: AvailableSuite) -> None:
    """Measure until the server has no jobs; one process computes the scores and starts no others."""
    options = WorkerOptions(
        GPU_BOX,
        {},
        until_idle=True,
        suites={suite.name: suite for suite in suites or (MOTION,)},
    )
    host = InlineHost(
        lambda name: pytest.fail(f"{name} is not offered"),
        device="cpu",
        dtype="auto",
        metric_run=MetricRun(home=worker_server.folder, workers=1),
    )
    images = ImageCache(worker_server.folder / "images")
    WorkerLoop(
        worker_server.server(),
        host,
        images,
        options,
        stopping=worker_server.stopping,
        log=worker_server.messages.append,
    ).run()


def first_clip(folder: Path) -> ClipInput:
    """Write the first clip of the cast's motif and its image to files."""
    clip, image = folder / "first.mp4", folder / "first.png"
    clip.write_bytes(small_clip(shade=0))
    image.write_bytes(input_image("kite1"))
    return ClipInput(PAIR_IDS[0], "kite", "it moves to the left", 0, clip, image)


def test_a_worker_measures_the_clips_of_a_submission(worker_server: WorkerServer, cast: Cast) -> None:
    alice = Client(worker_server.address, worker_server.alice.key)
    motif = cast.submission_ids["motif"]
    queued = alice.metrics.measure("motif", SuiteName.MOTION)

    run_worker(worker_server)

    scores = alice.metrics.scores(motif, SuiteName.MOTION)
    alice.close()
    assert queued == len(PAIR_IDS)
    assert (scores.partial, scores.pairs.scored) == (False, len(PAIR_IDS))
    assert scores.settings["flow"] == "dis-medium"
    # A square moves, so the mean flow is not zero, and nothing freezes.
    assert scores.means["mean_flow"].mean
    assert scores.means["freezes"].mean == 0
    assert "Measured 6 clips." in worker_server.messages
    # The scores are those that the code of `ti2v metrics` computes for the same files.
    assert scores.clips[0].values == motion_scores(first_clip(worker_server.folder))
    # The caches of `ti2v metrics` are used.
    assert len(list((worker_server.folder / "metrics" / "scores").rglob("*.json"))) == len(PAIR_IDS)


def test_a_suite_with_a_network_is_offered_runs_and_records_the_networks_revision(
    worker_server: WorkerServer, cast: Cast, toy_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network is the real class of transformers at toy size with random weights."""
    monkeypatch.setattr(worker_loop, "MAX_JOBS_PER_CLAIM", 2)
    loads = []
    monkeypatch.setattr(clip, "load_pretrained", lambda *args, **kw: loads.append(args) or load(*args, **kw))
    shutil.copytree(toy_clip, worker_server.folder / "weights" / "clip-vit-base-patch16")
    offered = select_suites(None, worker_server.folder)
    alice = Client(worker_server.address, worker_server.alice.key)
    alice.metrics.measure("motif", SuiteName.ANIMATE_BENCH)

    run_worker(worker_server, offered[SuiteName.ANIMATE_BENCH])

    scores = alice.metrics.scores("motif", SuiteName.ANIMATE_BENCH)
    alice.close()
    assert list(offered) == [SuiteName.ANIMATE_BENCH, SuiteName.MOTION]
    assert scores.settings["backbone"] == f"clip-vit-base-patch16@{CLIP_B16.revision[:12]}"
    assert scores.pairs.scored == len(PAIR_IDS)
    assert scores.means["text_cosine"].mean is not None
    assert list((worker_server.folder / "metrics" / "features").rglob("*.npz"))
    assert len(loads) == 1, "three claims of two clips need one load"


def test_a_clip_that_the_suite_refuses_is_a_failed_job_with_its_sentence(
    worker_server: WorkerServer, cast: Cast
) -> None:
    alice = Client(worker_server.address, worker_server.alice.key)
    submission = make_submission(
        cast.context, cast.alice, model="motif", label="short", pair_ids=PAIR_IDS[:1], final=False
    )
    upload_clip(cast.context, cast.alice, submission, PAIR_IDS[1], small_clip(shade=7, frames=2))
    alice.submissions.finalise(submission, allow_partial=True)
    alice.metrics.measure(submission, SuiteName.MOTION)

    run_worker(worker_server)

    motion = alice.metrics.progress(submission).suites[-1]
    alice.close()
    assert motion.suite is SuiteName.MOTION
    assert {status: count for status, count in motion.counts.items() if count} == {"done": 1, "failed": 1}
    assert motion.failures[0].message == "The suite motion needs at least 3 frames, not 2. Use a longer clip."


def test_one_clip_that_crashes_the_suite_does_not_fail_the_others(
    worker_server: WorkerServer, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = Client(worker_server.address, worker_server.alice.key)
    alice.metrics.measure("motif", SuiteName.VBENCH_I2V)
    vbench = select_suites("vbench-i2v", worker_server.folder)[SuiteName.VBENCH_I2V]
    real = suite_host.run_suite

    def run_suite(suite, found, run, *, networks):  # type: ignore[no-untyped-def]  # fails as a network can
        if any(clip.pair == PAIR_IDS[2] for clip in found.clips):
            raise RuntimeError("the network fell over")
        return real(suite, found, run, networks=networks)

    monkeypatch.setattr(suite_host, "run_suite", run_suite)

    run_worker(worker_server, vbench)

    jobs = alice.jobs.pages(submission=cast.submission_ids["motif"])
    found = {job.pair_id: job for page in jobs for job in page.jobs}
    alice.close()
    assert [pair for pair, job in found.items() if job.status == "done"] == [
        pair for pair in PAIR_IDS if pair != PAIR_IDS[2]
    ]
    failure = found[PAIR_IDS[2]].failure
    assert failure is not None
    assert (failure.kind, failure.message) == ("crash", "RuntimeError: the network fell over")
    assert "Traceback" in failure.log_tail


def test_a_suite_whose_weights_vanish_is_no_longer_offered_and_its_jobs_are_released(
    worker_server: WorkerServer, cast: Cast
) -> None:
    alice = Client(worker_server.address, worker_server.alice.key)
    alice.metrics.measure("motif", SuiteName.ANIMATE_BENCH)

    run_worker(worker_server, AvailableSuite(SuiteName.ANIMATE_BENCH))

    (progress,) = [
        each for each in alice.metrics.progress("motif").suites if each.suite is SuiteName.ANIMATE_BENCH
    ]
    alice.close()
    assert progress.counts["queued"] == len(PAIR_IDS)
    assert any("animate-bench cannot run on this machine" in line for line in worker_server.messages)


def test_a_clip_with_other_bytes_fails_its_job(
    worker_server: WorkerServer, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = Client(worker_server.address, worker_server.alice.key)
    alice.metrics.measure("motif", SuiteName.MOTION)
    for file in (cast.context.settings.home / "media" / "clips").rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:-1] + b"x")

    with pytest.raises(Exception, match="3 failures in a row"):
        run_worker(worker_server)
    alice.close()


def test_by_default_a_worker_offers_the_suites_whose_networks_are_here(tmp_path: Path) -> None:
    assert list(select_suites(None, tmp_path)) == [SuiteName.MOTION]
    assert select_suites("none", tmp_path) == {}


def test_a_requested_suite_without_any_network_is_an_error_and_one_with_some_lists_its_gaps(
    tmp_path: Path,
) -> None:
    with pytest.raises(NoSuiteAvailable, match=r"animate-bench cannot run .* hf download openai/clip-vit"):
        select_suites("motion,animate-bench", tmp_path)

    vbench = select_suites("vbench-i2v", tmp_path)[SuiteName.VBENCH_I2V]
    assert len(vbench.gaps) == 9
    assert "temporal_flickering" not in vbench.gaps


@pytest.mark.parametrize(("names", "message"), [("beauty", "There is no suite 'beauty'"), (" ,", "empty")])
def test_an_unknown_suite_is_an_error(tmp_path: Path, names: str, message: str) -> None:
    with pytest.raises(NoSuiteAvailable, match=message):
        select_suites(names, tmp_path)


def test_a_worker_may_offer_suites_alone_but_not_nothing() -> None:
    alone = select_offers("none", None, "motion")

    assert alone.batch_sizes == {}
    assert list(alone.sentences("box", "http://here")) == ["box measures clips for http://here with motion."]
    with pytest.raises(NoModelAvailable, match="--models none leaves nothing to offer"):
        select_offers("none", None, "none")


def test_the_server_lists_the_suites_that_workers_offer(worker_server: WorkerServer, cast: Cast) -> None:
    run_worker(worker_server)

    with httpx2.Client(
        base_url=f"{worker_server.address}/api/v1", headers=worker_server.alice.headers
    ) as alice:
        suites = alice.get(f"/submissions/{cast.submission_ids['motif']}/metrics").json()["suites"]
    assert {each["suite"]: each["is_offered"] for each in suites} == {
        "animate-bench": False,
        "vbench-i2v": False,
        "aigcbench": False,
        "motion": True,
    }
