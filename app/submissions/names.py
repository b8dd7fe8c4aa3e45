"""Finds a submission by name: `model`, or `model@label` if the model has several submissions."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.security.identity import Principal
from app.security.visibility import sees_submission
from app.tables.bench import Benchmark
from app.tables.submissions import Submission, VideoModel
from benchmark.protocol import SubmissionStatus
from benchmark.wire.common import PUBLIC_ID

_IS_ID = re.compile(PUBLIC_ID)
Candidate = tuple[Submission, str, Benchmark]


def submission_id(
    session: Session, name: str, *, principal: Principal, benchmark: Benchmark | None = None
) -> str:
    """Return the id of the submission that an id or a name refers to. An id is returned without a check.

    A name never refers to a withdrawn submission, or to a submission on an earlier version of a benchmark;
    such submissions need an id. A model name without a label refers to the model's submission that has no
    label. If the model has only one submission, the name refers to this submission, even if the submission
    has a label.

    Args:
        name: 16 hexadecimal digits are always an id.
        benchmark: if set, the name can refer only to submissions on this version of a benchmark.

    Raises:
        NotFound: no submission that the person sees has this name.
        Conflict: the name matches several submissions (`ambiguous_name`). `problems` lists these
            submissions.
    """
    if _IS_ID.fullmatch(name):
        return name
    model, has_label, label = name.partition("@")
    found = _newest(_of_model(session, model, principal, benchmark))
    meant = [each for each in found if each[0].label == label]
    if not meant and not has_label:
        meant = found
    if not meant:
        raise NotFound("There is no such submission, or it is not open to you.")
    if len(meant) > 1:
        raise Conflict(
            "This name means several submissions; `problems` lists them. Send model@label or the id.",
            code="ambiguous_name",
            problems=[_described(each) for each in meant],
        )
    return meant[0][0].public_id


def _of_model(
    session: Session, model: str, principal: Principal, benchmark: Benchmark | None
) -> Sequence[Candidate]:
    query = (
        select(Submission, VideoModel.slug, Benchmark)
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .join(Benchmark, Benchmark.id == Submission.benchmark_id)
        .where(
            VideoModel.slug == model,
            Submission.status != SubmissionStatus.WITHDRAWN,
            sees_submission(principal),
        )
        .order_by(Submission.id)
    )
    if benchmark is not None:
        query = query.where(Submission.benchmark_id == benchmark.id)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def _newest(found: Sequence[Candidate]) -> list[Candidate]:
    """Keep only the submissions on the newest version of each benchmark.

    The newest version is determined among the given submissions.
    """
    newest: dict[str, int] = {}
    for _, _, benchmark in found:
        newest[benchmark.slug] = max(benchmark.version, newest.get(benchmark.slug, 0))
    return [each for each in found if each[2].version == newest[each[2].slug]]


def _described(candidate: Candidate) -> str:
    submission, model, benchmark = candidate
    side = f"{model}@{submission.label}" if submission.label else model
    return f"{side} on {benchmark.slug} {benchmark.version}: {submission.public_id}"
