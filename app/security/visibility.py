"""Decides who may see and who may change a benchmark, a submission, a study or a model.

- The owner and admins see and may change an object.
- An object with the visibility `shared` is also visible to the people it is shared with.
- A `public` object is visible to everybody with a key. A study can be public only after it has closed, so
  that interim results do not spread while people vote.
- Submissions and studies are visible only to people who see their benchmark.
- A deleted study is visible only to its owner and admins, until it is removed.
- A model is visible to people who see one of its submissions.
- Visitors without a key see public benchmarks, and results published to them (app/security/publication.py).
"""

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.orm import Session, aliased

from app.errors import NotFound, NotSignedIn
from app.security.identity import Principal
from app.security.publication import Visitor, is_published_to
from app.tables.bench import Benchmark
from app.tables.shares import Share
from app.tables.studies import Study
from app.tables.submissions import Submission, VideoModel
from benchmark.protocol import ShareSubject, StudyStatus, Visibility

Subject = Benchmark | Submission | Study


def sees_benchmark(principal: Principal | None, *, of: type[Benchmark] = Benchmark) -> ColumnElement[bool]:
    """Return the SQL condition for benchmarks that a person, or a visitor without a key, sees.

    All versions of a benchmark have the same visibility and are shared together. If a query already uses the
    table `benchmarks`, `of` is an alias of this table.
    """
    is_public = of.visibility == Visibility.PUBLIC
    if principal is None:
        return is_public
    if principal.is_admin:
        return true()
    version = aliased(Benchmark)
    versions = select(version.id).where(version.slug == of.slug).correlate(of)
    is_shared = (of.visibility == Visibility.SHARED) & exists().where(
        Share.subject_kind == ShareSubject.BENCHMARK,
        Share.person_id == principal.person_id,
        Share.subject_id.in_(versions),
    ).correlate(of)
    return is_public | is_shared | (of.owner_id == principal.person_id)


def sees_submission(principal: Principal, *, of: type[Submission] = Submission) -> ColumnElement[bool]:
    """Return the SQL condition for submissions that a person sees.

    If a query already uses the table `submissions`, `of` is an alias of this table.
    """
    if principal.is_admin:
        return true()
    is_public = of.visibility == Visibility.PUBLIC
    is_shared = (of.visibility == Visibility.SHARED) & _is_shared(ShareSubject.SUBMISSION, of, principal)
    on_visible = _benchmark_is_visible(of, principal)
    return (of.owner_id == principal.person_id) | ((is_public | is_shared) & on_visible)


def sees_study(principal: Principal) -> ColumnElement[bool]:
    """Return the SQL condition for studies that a person sees with their results."""
    if principal.is_admin:
        return true()
    is_public = (Study.visibility == Visibility.PUBLIC) & (Study.status == StudyStatus.CLOSED)
    is_shared = (Study.visibility == Visibility.SHARED) & _is_shared(ShareSubject.STUDY, Study, principal)
    on_visible = _benchmark_is_visible(Study, principal) & Study.deletes_at.is_(None)
    return (Study.owner_id == principal.person_id) | ((is_public | is_shared) & on_visible)


def sees_model(principal: Principal) -> ColumnElement[bool]:
    """Return the SQL condition for models that a person sees."""
    if principal.is_admin:
        return true()
    submission = aliased(Submission)
    has_visible = (
        exists()
        .where(submission.model_id == VideoModel.id, sees_submission(principal, of=submission))
        .correlate(VideoModel)
    )
    return (VideoModel.owner_id == principal.person_id) | has_visible


def may_change(subject: Subject, principal: Principal) -> bool:
    """Return whether a person may change a subject: the person owns the subject or is an admin."""
    return principal.is_admin or subject.owner_id == principal.person_id


def find_study(
    session: Session,
    *,
    slug: str,
    principal: Principal,
    for_change: bool = False,
    with_deleted: bool = False,
) -> Study:
    """Return a study that this person may see or, with `for_change`, may change.

    Args:
        with_deleted: whether to return a deleted study that can still be restored.

    Raises:
        NotFound: there is no such study, or this person may not see or change it.
        NotSignedIn: the study's results are not published to this visitor.
    """
    if principal.visitor is not None:
        return _published_study(session, slug, principal.visitor)
    study = session.scalar(select(Study).where(Study.slug == slug, sees_study(principal)))
    if study is None or study.is_preview or (for_change and not may_change(study, principal)):
        # The message is the same in both cases, so that it does not reveal which studies exist.
        raise NotFound("This study does not exist, or you may not see it.")
    if study.deletes_at is not None and not with_deleted:
        raise NotFound(f"This study was deleted. Until {study.deletes_at:%Y-%m-%d} you can restore it.")
    return study


def reads_by_link(session: Session, slug: str, principal: Principal, visitor: Visitor) -> bool:
    """Return whether a person reads a study only because this browser opened the study's unlisted link."""
    study = session.scalar(select(Study).where(Study.slug == slug, ~sees_study(principal)))
    return study is not None and is_published_to(study, visitor)


def _published_study(session: Session, slug: str, visitor: Visitor) -> Study:
    study = session.scalar(select(Study).where(Study.slug == slug, _benchmark_is_visible(Study, None)))
    if study is None or not is_published_to(study, visitor):
        raise NotSignedIn("These results are not published. Sign in to see them.")
    return study


def _is_shared(
    kind: ShareSubject, table: type[Submission] | type[Study], principal: Principal
) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            Share.subject_kind == kind, Share.subject_id == table.id, Share.person_id == principal.person_id
        )
        .correlate(table)
    )


def _benchmark_is_visible(
    table: type[Submission] | type[Study], principal: Principal | None
) -> ColumnElement[bool]:
    # Use an alias, because the outer query may also contain the benchmarks table.
    benchmark = aliased(Benchmark)
    return (
        exists()
        .where(benchmark.id == table.benchmark_id, sees_benchmark(principal, of=benchmark))
        .correlate(table)
    )
