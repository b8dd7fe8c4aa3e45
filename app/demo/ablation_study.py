"""Sets up the demo's study of the shipped networks: MotiF and two ablations, on clips of coloured shapes.

A worker generates the clips (`make worker`). The study opens when the last clip is stored.
"""

import tempfile
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.benchmarks.images import store_images
from app.benchmarks.service import find_benchmark, import_benchmark
from app.clock import utc_now
from app.context import AppContext
from app.demo.studies import has_study, open_study
from app.jobs.requests import create_jobs
from app.security.identity import Principal
from app.submissions.repository import model_of, submission_of
from app.submissions.service import register_model
from app.tables.bench import Benchmark
from app.tables.submissions import Submission
from benchmark.importers.official import read_official
from benchmark.protocol import SubmissionStatus, Visibility
from benchmark.wire.jobs import MAX_PRIORITY, CreateJobsRequest
from benchmark.wire.submissions import ModelRequest

BENCHMARK = "toy-sprites"
STUDY = "motif-ablations"
TITLE = "MotiF against two ablations, trained at toy size"
# The first model is the reference of the study.
MODELS = {
    "motif-sprites": "MotiF, trained at toy size on clips of coloured shapes.",
    "motif-sprites-without": "The same network, trained without the motion focal loss.",
    "motif-sprites-inverse": "The same network, trained with a loss that weights static regions.",
}


def request_clips(context: AppContext, principal: Principal) -> None:
    """Import the sprite benchmark, and queue a job for each clip of the shipped networks.

    The jobs have the lowest priority. A repeated call changes nothing.
    """
    with context.database.read() as session:
        if session.scalar(select(Benchmark.id).where(Benchmark.slug == BENCHMARK)) is not None:
            return
    # The drawing code is not needed at other starts.
    from benchmark.repro.submission_files import write_benchmark_files

    with tempfile.TemporaryDirectory() as folder:
        write_benchmark_files(Path(folder))
        source = read_official(Path(folder), source="drawn by TI2V Bench")
        images = store_images(source, store=context.store, sandbox=context.sandbox)
    with context.database.write() as session:
        now = utc_now()
        import_benchmark(
            session,
            source=source,
            images=images,
            slug=BENCHMARK,
            title="Toy sprites: held-out pairs of the re-test",
            now=now,
            actor="server",
        )
        for slug, description in MODELS.items():
            model = ModelRequest(name=slug, description=description, licence="Apache-2.0")
            register_model(session, slug=slug, request=model, principal=principal, now=now)
            request = CreateJobsRequest(model=slug, benchmark=BENCHMARK, priority=-MAX_PRIORITY)
            create_jobs(session, request=request, principal=principal, now=now)
        for submission in _submissions(session, principal):
            submission.visibility = Visibility.PUBLIC


def open_if_finished(context: AppContext, principal: Principal) -> bool:
    """Open the study if workers have generated all clips. Return whether the study exists."""
    if has_study(context, STUDY):
        return True
    sides = _finished_submissions(context, principal)
    if sides:
        open_study(context, principal=principal, slug=STUDY, title=TITLE, benchmark=BENCHMARK, sides=sides)
    return bool(sides)


def _finished_submissions(context: AppContext, principal: Principal) -> list[str] | None:
    """Return the public IDs of the three submissions, reference first; None while clips are missing."""
    with context.database.read() as session:
        submissions = _submissions(session, principal)
    finished = [each.public_id for each in submissions if each.status is SubmissionStatus.FINAL]
    return finished if len(finished) == len(MODELS) else None


def _submissions(session: Session, principal: Principal) -> list[Submission]:
    """Return the submissions of the shipped networks, in the order of `MODELS`, without withdrawn ones."""
    benchmark = find_benchmark(session, BENCHMARK, principal=principal)
    models = [model for slug in MODELS if (model := model_of(session, slug))]
    found = [submission_of(session, model=model, benchmark=benchmark, label="") for model in models]
    return [submission for submission in found if submission is not None]
