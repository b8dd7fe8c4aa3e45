"""What a worker makes of the jobs of a live service, and what it says when something is wrong."""

from dataclasses import replace
from fractions import Fraction

import httpx2
import pytest

from models.generators.base import BadInput, CannotRun, ClipRequest, Crashed, GeneratedClip, TimedOut
from models.worker.errors import GivingUp, NothingToOffer
from tests.models.worker.conftest import PAIRS, Workplace
from tests.models.worker.toys import Scripted


def test_every_clip_is_made_once_and_the_submission_is_final(workplace: Workplace) -> None:
    [asked] = workplace.ask()
    generator = Scripted()

    assert workplace.run(generator) == PAIRS

    assert workplace.counts() == {"done": PAIRS}
    assert workplace.submission(asked["id"])["status"] == "final"
    assert len(set(generator.made)) == PAIRS == len(generator.made)


def test_a_clip_says_how_it_was_made(workplace: Workplace) -> None:
    [asked] = workplace.ask(seeds=[7])
    workplace.run(Scripted())

    provenance = workplace.clips(asked["id"])[0]["provenance"]

    assert (provenance["model"], provenance["seed"], provenance["width"]) == ("motif", 7, 64)


def test_a_batch_has_as_many_clips_as_fit_once_the_model_is_known(workplace: Workplace) -> None:
    workplace.ask()
    generator = Scripted()

    workplace.run(generator, batch=3)

    assert generator.batches == [1, 3, 2]


def test_the_model_in_memory_stays_while_it_has_jobs(workplace: Workplace) -> None:
    workplace.ask("motif")
    workplace.ask("cinemo")
    motif, cinemo = Scripted("motif"), Scripted("cinemo")

    workplace.run(motif, cinemo)

    assert workplace.counts() == {"done": 2 * PAIRS}
    assert [line for line in workplace.said if line.startswith("Loading")] in (
        ["Loading motif.", "Loading cinemo."],
        ["Loading cinemo.", "Loading motif."],
    )
    assert not motif.is_loaded
    assert not cinemo.is_loaded


def test_an_image_is_fetched_once_for_all_its_pairs(workplace: Workplace) -> None:
    workplace.ask()
    workplace.run(Scripted())

    assert len(list((workplace.folder / "images").iterdir())) == 3


def test_once_ends_after_one_claim(workplace: Workplace) -> None:
    workplace.ask()

    assert workplace.run(Scripted(), once=True) == 1


def test_without_memory_the_batch_is_halved_once_and_goes_on(workplace: Workplace) -> None:
    workplace.ask()
    generator = Scripted(memory=2)

    assert workplace.run(generator, batch=4) == PAIRS

    assert generator.batches == [1, 4, 2, 2, 1]
    assert "motif: 4 clips at once do not fit into memory; from now on 2." in workplace.said


def test_what_still_does_not_fit_fails_with_a_plain_message(workplace: Workplace) -> None:
    workplace.ask()
    generator = Scripted(memory=1)

    workplace.run(generator, batch=4)

    failed = [job for job in workplace.jobs() if job["failure"]]
    assert {job["failure"]["kind"] for job in failed} == {"out_of_memory"}
    assert failed[0]["failure"]["message"] == (
        "Memory is too small for 2 clips at once on this device. Tried to allocate 2 GiB."
    )


def test_bad_input_fails_its_job_alone(workplace: Workplace) -> None:
    workplace.ask()

    made = workplace.run(Scripted(troubles={2: BadInput("The image is a cat; dogs were expected.")}))

    assert made == PAIRS - 1
    assert workplace.counts() == {"done": PAIRS - 1, "failed": 1}
    [failed] = workplace.jobs(status="failed")
    assert failed["failure"]["message"] == "The image is a cat; dogs were expected."


@pytest.mark.parametrize(
    ("trouble", "kind", "message"),
    [
        (TimedOut("It took longer than 60 s.", log_tail="step 3"), "timeout", "It took longer than 60 s."),
        (RuntimeError("size mismatch"), "crash", "RuntimeError: size mismatch"),
    ],
)
def test_a_break_down_rests_with_its_log(
    workplace: Workplace, trouble: Exception, kind: str, message: str
) -> None:
    workplace.ask()

    workplace.run(Scripted(troubles={1: trouble}))

    [resting] = workplace.jobs(status="queued")
    assert (resting["failure"]["kind"], resting["failure"]["message"]) == (kind, message)
    assert resting["failure"]["log_tail"]


def test_three_failures_in_a_row_leave_the_rest_to_others(workplace: Workplace) -> None:
    workplace.ask()

    class Broken(Scripted):
        def _clip(self, request: ClipRequest) -> GeneratedClip:
            raise Crashed(f"{request.pair_id}: the GPU fell off the bus.")

    with pytest.raises(GivingUp, match="3 failures in a row; the rest is left to other workers"):
        workplace.run(Broken())

    assert workplace.counts() == {"queued": PAIRS}
    assert sum(job["failures"] for job in workplace.jobs()) == 3


def test_a_model_that_cannot_run_here_is_offered_no_longer(workplace: Workplace) -> None:
    workplace.ask("motif")
    workplace.ask("cinemo")
    missing = Scripted("cinemo", cannot_load=CannotRun("Its weights are not here: 5 GB."))

    workplace.run(Scripted("motif"), missing)

    assert workplace.counts() == {"done": PAIRS, "queued": PAIRS}
    assert (
        "cinemo cannot run here and is no longer offered. Its weights are not here: 5 GB." in workplace.said
    )
    assert all(job["failures"] == 0 for job in workplace.jobs(model="cinemo"))


def test_without_any_model_left_the_worker_ends(workplace: Workplace) -> None:
    workplace.ask()

    with pytest.raises(NothingToOffer, match=r"No model is left that can run here\. No CUDA"):
        workplace.run(Scripted(cannot_load=CannotRun("No CUDA.")))

    assert workplace.counts() == {"queued": PAIRS}


def test_asked_to_stop_it_hands_in_what_is_made_and_gives_back_the_rest(workplace: Workplace) -> None:
    workplace.ask()

    class Stopping(Scripted):
        def _clip(self, request: ClipRequest) -> GeneratedClip:
            if len(self.made) == 2:
                workplace.stopping.set()
            return super()._clip(request)

    made = workplace.run(Stopping(), batch=2)

    assert made == 3
    assert workplace.counts() == {"done": 3, "queued": PAIRS - 3}
    assert all(job["failures"] == 0 for job in workplace.jobs())


def test_a_cancelled_clip_is_dropped_and_said(workplace: Workplace) -> None:
    [asked] = workplace.ask()

    class Cancelled(Scripted):
        def _clip(self, request: ClipRequest) -> GeneratedClip:
            workplace.cancel(asked["id"])
            return super()._clip(request)

    assert workplace.run(Cancelled()) == 0

    assert workplace.counts() == {"cancelled": PAIRS}
    assert any("the clip is dropped. This job was cancelled" in line for line in workplace.said)


def test_a_clip_the_server_does_not_take_fails_with_its_sentence(workplace: Workplace) -> None:
    workplace.ask()

    class Hasty(Scripted):
        def _clip(self, request: ClipRequest) -> GeneratedClip:
            return replace(super()._clip(request), fps=Fraction(500))

    workplace.run(Hasty(), once=True)

    [job] = [job for job in workplace.jobs() if job["failures"]]
    assert job["failure"]["kind"] == "crash"
    assert "lasts 0.0" in job["failure"]["message"]


def test_the_service_never_asks_for_a_clip_it_has(workplace: Workplace) -> None:
    [asked] = workplace.ask()
    workplace.run(Scripted())

    again = Scripted()
    workplace.ask()

    assert workplace.run(again) == 0
    assert again.made == []
    assert httpx2.get(f"{workplace.address}/healthz").status_code == 200
    assert workplace.submission(asked["id"])["status"] == "final"
