"""Sets the visibility of a benchmark, a submission or a study.

A public submission must be on a public benchmark, and a public study must compare public submissions.
Therefore a benchmark or submission cannot become private while a public submission or study shows it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid, NotFound
from app.panels.sides import side_name
from app.security.audit import record_event
from app.security.identity import Principal
from app.security.visibility import Subject, may_change
from app.tables.bench import Benchmark
from app.tables.people import Person
from app.tables.shares import Share
from app.tables.studies import Matchup, Study
from app.tables.submissions import Submission, VideoModel
from benchmark.protocol import ShareSubject, StudyStatus, Visibility
from benchmark.wire.visibility import VisibilityRequest, VisibilityResponse


def find_own(
    session: Session, kind: ShareSubject, name: str, *, principal: Principal, is_locked: bool = False
) -> Subject:
    """Return the named benchmark, submission or study, if the person may share it.

    `name` is a slug or, for a submission, an id.

    Args:
        is_locked: whether to lock the row for a change.

    Raises:
        NotFound: the subject does not exist, or belongs to somebody else.
    """
    query: Select[Subject]
    match kind:
        case ShareSubject.BENCHMARK:
            query = (
                select(Benchmark).where(Benchmark.slug == name).order_by(Benchmark.version.desc()).limit(1)
            )
        case ShareSubject.SUBMISSION:
            query = select(Submission).where(Submission.public_id == name)
        case ShareSubject.STUDY:
            query = select(Study).where(Study.slug == name)
    found = session.scalar(query.with_for_update(key_share=True) if is_locked else query)
    if found is None or not may_change(found, principal):
        raise NotFound(f"You have no such {kind}.")
    return found


def visibility_of(session: Session, subject: Subject) -> VisibilityResponse:
    """Return the visibility of a subject."""
    people: list[str] = []
    if subject.visibility is Visibility.SHARED:
        people = list(
            session.scalars(
                select(Person.name)
                .join(Share, Share.person_id == Person.id)
                .where(_is_share_of(session, subject))
                .distinct()
                .order_by(Person.name)
            )
        )
    return VisibilityResponse(visibility=subject.visibility, people=people)


def set_visibility(
    session: Session, subject: Subject, request: VisibilityRequest, *, principal: Principal, now: datetime
) -> VisibilityResponse:
    """Replace the visibility of a benchmark, submission or study.

    Setting the same visibility again changes nothing.

    Raises:
        Invalid: one of the names is not the name of a person (`unknown_person`).
        Conflict: the subject would become public but shows something that is not public (`sides_not_public`,
            `benchmark_not_public`). Conflict is also raised if a study would become public before it is
            closed. A subject cannot become private while public studies or submissions show it
            (`shown_in_public`); `problems` lists these studies and submissions.
    """
    people = _people(session, request.people)
    before = visibility_of(session, subject)
    if request.visibility is Visibility.PUBLIC:
        require_public_parts(session, subject)
    else:
        _require_no_public_use(session, subject)
    session.execute(delete(Share).where(_is_share_of(session, subject)))
    for person in people:
        session.add(
            Share(subject_kind=_kind(subject), subject_id=subject.id, person_id=person.id, created_at=now)
        )
    for row in _versions(session, subject):
        row.visibility = request.visibility
    session.flush()
    after = visibility_of(session, subject)
    if after != before:
        _note(session, subject, after, principal, now)
    return after


def require_public_parts(session: Session, subject: Subject) -> None:
    """Before a study or submission becomes public, check that it shows only public objects.

    Raises:
        Conflict: see `set_visibility`.
    """
    if isinstance(subject, Benchmark):
        return
    require_public_benchmark(session, subject)
    if isinstance(subject, Study):
        if subject.status is not StudyStatus.CLOSED:
            raise Conflict("Only a closed study can be public. Close it first.", code="study_status")
        sides = select(Matchup.reference_id).where(Matchup.study_id == subject.id, Matchup.is_gold.is_(False))
        others = select(Matchup.other_id).where(Matchup.study_id == subject.id, Matchup.is_gold.is_(False))
        compared = Submission.id.in_(sides.union(others))
        private = _names(session, compared & (Submission.visibility != Visibility.PUBLIC))
        if private:
            raise Conflict(
                "A public study needs public submissions. Make these submissions public first.",
                code="sides_not_public",
                problems=private,
            )


def require_public_benchmark(session: Session, subject: Submission | Study) -> None:
    """Raise Conflict (`benchmark_not_public`) unless the benchmark of a submission or study is public."""
    if session.get_one(Benchmark, subject.benchmark_id).visibility is not Visibility.PUBLIC:
        raise Conflict(
            "The benchmark is not public. Ask its owner or an admin to make it public first.",
            code="benchmark_not_public",
        )


def _require_no_public_use(session: Session, subject: Subject) -> None:
    uses: list[str] = []
    if isinstance(subject, Benchmark):
        ids = [row.id for row in _versions(session, subject)]
        on_it = Submission.benchmark_id.in_(ids) & (Submission.visibility == Visibility.PUBLIC)
        uses = [f"submission {name}" for name in _names(session, on_it)]
    elif isinstance(subject, Submission):
        compares = or_(Matchup.reference_id == subject.id, Matchup.other_id == subject.id)
        studies = session.scalars(
            select(Study.slug)
            .join(Matchup, Matchup.study_id == Study.id)
            .where(compares, Matchup.is_gold.is_(False), Study.visibility == Visibility.PUBLIC)
            .distinct()
            .order_by(Study.slug)
        )
        uses = [f"study {slug}" for slug in studies]
    if uses:
        raise Conflict(
            "A public study or submission shows it. Make these private first.",
            code="shown_in_public",
            problems=uses,
        )


def _people(session: Session, names: Sequence[str]) -> Sequence[Person]:
    people = session.scalars(select(Person).where(Person.name.in_(names))).all()
    known = {person.name for person in people}
    unknown = [str(place) for place, name in enumerate(names, start=1) if name not in known]
    if unknown:
        raise Invalid(
            f"people: nobody has the name at position {', '.join(unknown)}. See: ti2v person list",
            code="unknown_person",
        )
    return people


def _names(session: Session, condition: ColumnElement[bool]) -> list[str]:
    """Return the names of the submissions that match a condition, in the form that tables use."""
    rows = session.execute(
        select(VideoModel.slug, Submission.label)
        .join(Submission, Submission.model_id == VideoModel.id)
        .where(condition)
    )
    return sorted(side_name(row.slug, row.label) for row in rows)


def _versions(session: Session, subject: Subject) -> Sequence[Subject]:
    """Return all versions of a benchmark; for a submission or study, return only its own row."""
    if isinstance(subject, Benchmark):
        return session.scalars(select(Benchmark).where(Benchmark.slug == subject.slug)).all()
    return [subject]


def _is_share_of(session: Session, subject: Subject) -> ColumnElement[bool]:
    ids = [row.id for row in _versions(session, subject)]
    return (Share.subject_kind == _kind(subject)) & Share.subject_id.in_(ids)


def _kind(subject: Subject) -> ShareSubject:
    if isinstance(subject, Benchmark):
        return ShareSubject.BENCHMARK
    return ShareSubject.SUBMISSION if isinstance(subject, Submission) else ShareSubject.STUDY


def _note(
    session: Session, subject: Subject, after: VisibilityResponse, principal: Principal, now: datetime
) -> None:
    name = subject.public_id if isinstance(subject, Submission) else subject.slug
    details = after.model_dump(mode="json")
    record_event(session, principal, f"{_kind(subject)}.visibility", subject=name, now=now, **details)
