"""Reads the submissions and benchmarks listed on the home page."""

from collections import defaultdict

from sqlalchemy import ColumnElement, case, exists, func, or_, select, true
from sqlalchemy.orm import Session

from app.benchmarks.profile import benchmark_shape
from app.benchmarks.service import newest_benchmarks
from app.home.view_models import BenchmarkImage, BenchmarkLine, PublishedStudy, SubmissionLine
from app.media.thumbnail_urls import TILE, thumbnail_url
from app.panels.sides import side_name
from app.security.identity import Principal
from app.submissions.repository import expected_clips, received_clips
from app.tables.bench import Benchmark, Pair
from app.tables.studies import Study
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.protocol import StudyStatus, SubmissionStatus, Visibility

IMAGES_PER_BENCHMARK = 6
SUBMISSIONS_PER_PAGE = 20


def submission_count(session: Session, principal: Principal) -> int:
    """Return the number of submissions in a person's list."""
    return session.scalar(select(func.count()).select_from(Submission).where(_is_listed(principal))) or 0


def submission_lines(session: Session, principal: Principal, *, page: int) -> tuple[SubmissionLine, ...]:
    """Return a page of a person's submissions, open submissions first; an admin gets all submissions."""
    query = (
        select(
            Submission.public_id,
            VideoModel.slug,
            Submission.label,
            Benchmark.title,
            Submission.status,
            Submission.is_partial,
            received_clips().label("received"),
            expected_clips().label("expected"),
        )
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .join(Benchmark, Benchmark.id == Submission.benchmark_id)
        .where(_is_listed(principal))
        .order_by(case((Submission.status == SubmissionStatus.OPEN, 0), else_=1), Submission.id.desc())
        .offset((page - 1) * SUBMISSIONS_PER_PAGE)
        .limit(SUBMISSIONS_PER_PAGE)
    )
    return tuple(
        SubmissionLine(
            public_id=row.public_id,
            name=side_name(row.slug, row.label),
            benchmark=row.title,
            status=row.status,
            is_partial=row.is_partial,
            received=row.received,
            expected=row.expected,
        )
        for row in session.execute(query)
    )


def _is_listed(principal: Principal) -> ColumnElement[bool]:
    """Return the SQL condition that selects the submissions in a person's list.

    Submissions that were created by an import of votes are left out, because they have no clips.
    """
    has_clips = exists().where(Clip.submission_id == Submission.id)
    is_own = true() if principal.is_admin else Submission.owner_id == principal.person_id
    return or_(Submission.status != SubmissionStatus.WITHDRAWN, has_clips) & is_own


def published_studies(session: Session) -> tuple[PublishedStudy, ...]:
    """Return the closed studies with public results, newest first."""
    rows = session.execute(
        select(Study.slug, Study.title)
        .where(
            Study.status == StudyStatus.CLOSED,
            Study.visibility == Visibility.PUBLIC,
            Study.deletes_at.is_(None),
        )
        .order_by(Study.closed_at.desc(), Study.id.desc())
    )
    return tuple(PublishedStudy(row.slug, row.title) for row in rows)


def benchmark_lines(session: Session, principal: Principal | None) -> tuple[BenchmarkLine, ...]:
    """Return the newest version of each benchmark that this person or visitor may see, with sample images."""
    benchmarks = newest_benchmarks(session, principal=principal)
    images = _sample_images(session)
    return tuple(_benchmark_line(session, each, images[each.id]) for each in benchmarks)


def _sample_images(session: Session) -> defaultdict[int, list[BenchmarkImage]]:
    """Return one image per scenario for each benchmark, keyed by benchmark ID."""
    first = select(func.min(Pair.id)).group_by(Pair.benchmark_id, Pair.scenario)
    rows = session.execute(
        select(Pair.benchmark_id, Pair.image_key, Pair.scenario)
        .where(Pair.id.in_(first))
        .order_by(Pair.benchmark_id, Pair.position)
    )
    images: defaultdict[int, list[BenchmarkImage]] = defaultdict(list)
    for row in rows:
        images[row.benchmark_id].append(
            BenchmarkImage(thumbnail_url(row.image_key, TILE), row.scenario.replace("_", " "))
        )
    return images


def _benchmark_line(session: Session, benchmark: Benchmark, images: list[BenchmarkImage]) -> BenchmarkLine:
    shape = benchmark_shape(session, benchmark)
    return BenchmarkLine(
        slug=benchmark.slug,
        title=benchmark.title,
        pairs=shape.pairs,
        images=shape.images,
        scenarios=shape.scenarios,
        sample_images=tuple(images[:IMAGES_PER_BENCHMARK]),
    )
