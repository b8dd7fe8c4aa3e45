"""Registers models, opens submissions, deletes clips and finalises submissions."""

from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.errors import Conflict, Forbidden, NotFound
from app.security.audit import record_event
from app.security.identity import Principal
from app.security.visibility import may_change, sees_submission
from app.submissions.repository import add_model, add_submission, model_of, submission_of
from app.tables.bench import Benchmark, Pair
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.plurals import counted
from benchmark.protocol import SubmissionStatus
from benchmark.wire.submissions import ModelRequest


def register_model(
    session: Session, *, slug: str, request: ModelRequest, principal: Principal, now: datetime
) -> VideoModel:
    """Register a model, or change the metadata of a person's own model.

    Raises:
        Forbidden: the model belongs to somebody else.
        Conflict: another request is registering the same model.
    """
    model = model_of(session, slug)
    is_new = model is None
    if model is None:
        model = add_model(session, slug=slug, name=request.name, principal=principal, now=now)
    elif model.owner_id != principal.person_id and not principal.is_admin:
        raise Forbidden("This model belongs to somebody else. Register your model under another slug.")
    changes = {}
    for field, value in request.model_dump().items():
        before = getattr(model, field)
        if before != value:
            changes[field] = [before, value]
            setattr(model, field, value)
    session.flush()
    if changes and not is_new:
        record_event(session, principal, "model.edit", subject=slug, now=now, changes=changes)
    return model


def open_submission(
    session: Session, *, model: str, benchmark: Benchmark, label: str, principal: Principal, now: datetime
) -> Submission:
    """Open a submission of a person's own model.

    Raises:
        NotFound: the model is not registered.
        Conflict: the model already has a submission with this label (`submission_exists`; the error names
            the id of that submission).
    """
    video_model = model_of(session, model)
    if video_model is None:
        raise NotFound("Register the model first: PUT /api/v1/models/{slug}.", code="unknown_model")
    if video_model.owner_id != principal.person_id and not principal.is_admin:
        raise Forbidden("This model belongs to somebody else. Only its owner may submit clips for it.")
    before = submission_of(session, model=video_model, benchmark=benchmark, label=label)
    if before is not None:
        raise Conflict(
            f"Submission {before.public_id} already has this model, benchmark and label ({before.status}). "
            "Continue with that submission, or choose another label.",
            code="submission_exists",
        )
    return add_submission(
        session, model=video_model, benchmark=benchmark, label=label, principal=principal, now=now
    )


def find_submission(
    session: Session, *, public_id: str, principal: Principal, for_change: bool = False
) -> Submission:
    """Return a submission that this person may see or, with `for_change`, may change. Raises NotFound.

    With `for_change`, the submission is locked.
    """
    query = select(Submission).where(Submission.public_id == public_id, sees_submission(principal))
    submission = session.scalar(query.with_for_update() if for_change else query)
    if submission is None or (for_change and not may_change(submission, principal)):
        raise _unknown()
    return submission


def find_own_submission(session: Session, *, public_id: str, principal: Principal) -> Submission:
    """Return a submission that this person may change, without a lock. Raises NotFound."""
    submission = find_submission(session, public_id=public_id, principal=principal)
    if not may_change(submission, principal):
        raise _unknown()
    return submission


def _unknown() -> NotFound:
    return NotFound("This submission does not exist, or you may not see it.")


def require_open(submission: Submission) -> None:
    """Raise Conflict if the submission is not open. Only an open submission's clips can change."""
    if submission.status is not SubmissionStatus.OPEN:
        raise Conflict(
            f"This submission is {submission.status} and accepts no clips.", code="submission_not_open"
        )


def delete_clip(
    session: Session,
    *,
    submission: Submission,
    pair_name: str,
    seed: int,
    principal: Principal,
    now: datetime,
) -> Clip:
    """Delete the row of a clip of an open submission, and return the deleted row.

    The caller deletes the clip's bytes afterwards.

    Raises:
        Conflict: the submission is not open.
        NotFound: the submission has no such clip (`unknown_clip`).
    """
    require_open(submission)
    clip = session.scalar(
        select(Clip)
        .join(Pair, Pair.id == Clip.pair_id)
        .where(Clip.submission_id == submission.id, Pair.name == pair_name, Clip.seed == seed)
    )
    if clip is None:
        raise NotFound("The submission has no clip of this pair and seed.", code="unknown_clip")
    note_clip_change(session, "clip.delete", clip=clip, principal=principal, now=now)
    session.delete(clip)
    session.flush()
    return clip


def note_clip_change(
    session: Session, action: str, *, clip: Clip, principal: Principal, now: datetime, **details: str
) -> None:
    """Record in the audit log that a clip is replaced or deleted."""
    submission = session.get_one(Submission, clip.submission_id)
    pair = session.get_one(Pair, clip.pair_id)
    facts = {"pair": pair.name, "seed": clip.seed, "sha256": clip.sha256, **details}
    record_event(session, principal, action, subject=submission.public_id, now=now, **facts)


def seeds_of(session: Session, submission: Submission) -> tuple[int, ...]:
    """Return the seeds of a submission's clips in ascending order. Without clips, return only seed 0."""
    query = select(Clip.seed).where(Clip.submission_id == submission.id).distinct().order_by(Clip.seed)
    return tuple(session.scalars(query)) or (0,)


def missing_clips(session: Session, submission: Submission) -> list[str]:
    """Return the names of the clips that are missing in the submission.

    A complete submission has, for each seed that it uses, a clip of every pair.

    The names are file names without the suffix: `<pair id>` for seed 0, `<pair id>_<seed>` for other seeds.
    The names are sorted by seed, then by the benchmark's order of pairs.
    """
    missing: list[str] = []
    for seed in seeds_of(session, submission):
        has_clip = exists().where(
            Clip.submission_id == submission.id, Clip.pair_id == Pair.id, Clip.seed == seed
        )
        names = session.scalars(
            select(Pair.name)
            .where(Pair.benchmark_id == submission.benchmark_id, ~has_clip)
            .order_by(Pair.position)
        )
        missing += [f"{name}_{seed}" if seed else name for name in names]
    return missing


def expected_clips(session: Session, submission: Submission) -> int:
    """Return the number of clips in a complete submission."""
    pairs = session.execute(
        select(func.count()).select_from(Pair).where(Pair.benchmark_id == submission.benchmark_id)
    ).scalar_one()
    return pairs * len(seeds_of(session, submission))


def finalise(
    session: Session, *, submission: Submission, allow_partial: bool, principal: Principal, now: datetime
) -> None:
    """Make a submission final. Finalising a final submission changes nothing.

    Raises:
        Conflict: clips are missing, and the request does not allow a partial submission; `problems` lists the
            missing clips.
    """
    if submission.status is SubmissionStatus.FINAL:
        return
    if submission.status is SubmissionStatus.WITHDRAWN:
        raise Conflict("This submission was withdrawn.", code="submission_withdrawn")
    missing = missing_clips(session, submission)
    if len(missing) == expected_clips(session, submission):
        raise Conflict("This submission contains no clip yet.", code="submission_empty")
    if missing and not allow_partial:
        raise Conflict(
            f"{counted(len(missing), 'clip')} missing. Upload the missing clips, or finalise with "
            "allow_partial.",
            code="clips_missing",
            problems=[f"{name}: missing" for name in missing],
        )
    submission.is_partial = bool(missing)
    submission.status = SubmissionStatus.FINAL
    submission.finalised_at = now
    record_event(
        session,
        principal,
        "submission.finalise",
        subject=submission.public_id,
        now=now,
        clips=expected_clips(session, submission) - len(missing),
        missing=len(missing),
    )
