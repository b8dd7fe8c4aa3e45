"""Reads what the first page lists: studies, submissions and benchmarks, one query each."""

from collections import defaultdict

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from app.benchmarks.service import benchmark_shape, newest_benchmarks
from app.home.view_models import BenchmarkImage, BenchmarkLine, StudyLine, SubmissionLine
from app.media.thumbnail_urls import TILE, thumbnail_url
from app.panels.sides import side_name
from app.security.identity import Principal
from app.security.visibility import may_see
from app.studies.queries import visible_studies
from app.tables.bench import Benchmark, Pair
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.protocol import Role, SubmissionStatus

PICTURES_PER_BENCHMARK = 6


def study_lines(session: Session, principal: Principal) -> tuple[StudyLine, ...]:
    """Return the studies this person may look at, newest first."""
    studies = visible_studies(session, principal)
    votes = Comparison.votes_reference + Comparison.votes_other
    # A matchup that was closed early wants no more than it has.
    wanted = case((Matchup.closed_at.is_not(None), votes), else_=Study.votes_per_comparison)
    counted = {
        row.study_id: row
        for row in session.execute(
            select(
                Comparison.study_id,
                func.sum(votes).label("votes"),
                func.sum(wanted).label("wanted"),
            )
            .join(Matchup, Matchup.id == Comparison.matchup_id)
            .join(Study, Study.id == Comparison.study_id)
            .where(Comparison.study_id.in_([study.id for study in studies]), Comparison.is_gold.is_(False))
            .group_by(Comparison.study_id)
        )
    }
    matchups = _matchups(session, [study.id for study in studies])
    lines = []
    for study in studies:
        row = counted.get(study.id)  # a draft has no comparisons yet
        cast, full = (row.votes, row.wanted) if row else (0, 0)
        is_own = may_see(study, principal, for_change=True) and principal.role in (
            Role.ADMIN,
            Role.RESEARCHER,
        )
        lines.append(StudyLine(study.slug, study.title, study.status, matchups[study.id], cast, full, is_own))
    return tuple(lines)


def _matchups(session: Session, study_ids: list[int]) -> dict[int, int]:
    """Return how many matchups each study has, gold questions apart."""
    query = (
        select(Matchup.study_id, func.count().label("matchups"))
        .where(Matchup.study_id.in_(study_ids), Matchup.is_gold.is_(False))
        .group_by(Matchup.study_id)
    )
    return {row.study_id: row.matchups for row in session.execute(query)}


def submission_lines(session: Session, principal: Principal) -> tuple[SubmissionLine, ...]:
    """Return this person's submissions, an admin's all, newest first.

    Those of imported votes, withdrawn from the start and without a clip, are only names and left out.
    """
    received = select(func.count()).where(Clip.submission_id == Submission.id).scalar_subquery()
    expected = select(func.count()).where(Pair.benchmark_id == Submission.benchmark_id).scalar_subquery()
    query = (
        select(
            VideoModel.slug,
            Submission.label,
            Benchmark.title,
            Submission.status,
            Submission.is_partial,
            received.label("received"),
            expected.label("expected"),
        )
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .join(Benchmark, Benchmark.id == Submission.benchmark_id)
        .where(or_(Submission.status != SubmissionStatus.WITHDRAWN, received > 0))
        .order_by(case((Submission.status == SubmissionStatus.OPEN, 0), else_=1), Submission.id.desc())
    )
    if not principal.is_admin:
        query = query.where(Submission.owner_id == principal.person_id)
    return tuple(
        SubmissionLine(
            name=side_name(row.slug, row.label),
            benchmark=row.title,
            status=row.status,
            is_partial=row.is_partial,
            received=row.received,
            expected=row.expected,
        )
        for row in session.execute(query)
    )


def benchmark_lines(session: Session) -> tuple[BenchmarkLine, ...]:
    """Return the newest version of every benchmark with a few pictures."""
    benchmarks = newest_benchmarks(session)
    pictures = _pictures(session)
    return tuple(_benchmark_line(session, each, pictures[each.id]) for each in benchmarks)


def _pictures(session: Session) -> defaultdict[int, list[BenchmarkImage]]:
    """Return a picture of each scenario, by benchmark."""
    first = select(func.min(Pair.id)).group_by(Pair.benchmark_id, Pair.scenario)
    rows = session.execute(
        select(Pair.benchmark_id, Pair.image_key, Pair.scenario)
        .where(Pair.id.in_(first))
        .order_by(Pair.benchmark_id, Pair.position)
    )
    pictures: defaultdict[int, list[BenchmarkImage]] = defaultdict(list)
    for row in rows:
        pictures[row.benchmark_id].append(
            BenchmarkImage(thumbnail_url(row.image_key, TILE), row.scenario.replace("_", " "))
        )
    return pictures


def _benchmark_line(session: Session, benchmark: Benchmark, pictures: list[BenchmarkImage]) -> BenchmarkLine:
    shape = benchmark_shape(session, benchmark)
    return BenchmarkLine(
        slug=benchmark.slug,
        title=benchmark.title,
        pairs=shape.pairs,
        images=shape.images,
        scenarios=shape.scenarios,
        pictures=tuple(pictures[:PICTURES_PER_BENCHMARK]),
    )
