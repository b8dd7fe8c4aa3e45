"""Reads the protocols and the progress of studies."""

from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.cursors import KeyType, ListOrder, PageRequest
from app.media.rendition_losses import SideLoss, rendition_losses
from app.panels.protocol import every_protocol
from app.panels.sides import MatchupSides, matchup_sides
from app.panels.study_texts import offered_languages, study_translations
from app.security.identity import Principal
from app.security.visibility import sees_study
from app.studies.progress import StudyProgress, study_progress
from app.tables.bench import Benchmark
from app.tables.studies import Study, StudyProtocol
from app.tables.submissions import Submission
from app.tasks.queries import newest_task
from benchmark.protocol import StudyKind, StudyStatus, TaskKind
from benchmark.wire.studies import (
    MatchupResponse,
    PreparationResponse,
    RenditionLossResponse,
    StudiesResponse,
    StudyResponse,
)
from benchmark.wire.study_changes import ProtocolResponse, ProtocolsResponse

_PROTOCOL_FIELDS = (
    "slug",
    "kind",
    "visibility",
    "title",
    "instructions",
    "status",
    "votes_per_comparison",
    "comparisons_per_annotator",
    "lease_s",
    "watch_gate",
    "renditions",
    "require_justification",
    "seed",
    "revision",
    "is_pilot",
    "gold_block",
    "gold_most",
    "phases",
    "rules",
    "allocation",
    "language",
    "hourly_pay",
    "created_at",
    "opened_at",
    "closed_at",
    "archived_at",
    "deletes_at",
)


STUDIES = ListOrder("studies", (KeyType.BIG_INTEGER,))


@dataclass(frozen=True)
class StudyFilter:
    """Filter of the list of studies. A field with the value None matches all studies.

    By default, the list contains neither deleted nor archived studies. If `deleted` is set, the list contains
    only deleted studies; if only `archived` is set, the list contains only archived studies.
    """

    status: StudyStatus | None = None
    kind: StudyKind | None = None
    benchmark: str | None = None
    archived: bool = False
    deleted: bool = False

    @property
    def condition(self) -> ColumnElement[bool]:
        if self.deleted:
            return Study.deletes_at.is_not(None)
        is_archived = Study.archived_at.is_not(None) if self.archived else Study.archived_at.is_(None)
        return Study.deletes_at.is_(None) & is_archived


def visible_studies(
    session: Session, principal: Principal, wanted: StudyFilter, *, offset: int = 0, limit: int | None = None
) -> list[Study]:
    """Return the studies that this person sees, newest first."""
    query = _visible(principal).where(wanted.condition).offset(offset)
    return list(session.scalars(query if limit is None else query.limit(limit)))


def study_count(session: Session, principal: Principal, wanted: StudyFilter) -> int:
    """Return the number of studies that this person sees."""
    visible = _visible(principal).where(wanted.condition).order_by(None)
    return session.scalar(select(func.count()).select_from(visible.subquery())) or 0


def studies_page(
    session: Session, principal: Principal, wanted: StudyFilter, page: PageRequest
) -> StudiesResponse:
    """Return a page of the studies that this person sees, newest first."""
    query = _visible(principal).join(Benchmark, Benchmark.id == Study.benchmark_id).limit(page.fetched)
    matches = ((Study.status, wanted.status), (Study.kind, wanted.kind), (Benchmark.slug, wanted.benchmark))
    query = query.where(
        wanted.condition, *(column == value for column, value in matches if value is not None)
    )
    if page.after is not None:
        query = query.where(Study.id < page.after[0])
    found = page.cut(session.scalars(query).all(), lambda row: (row.id,))
    return StudiesResponse(
        studies=[study_response(session, row) for row in found.rows], next_cursor=found.next_cursor
    )


def _visible(principal: Principal) -> Select[Study]:
    return select(Study).where(sees_study(principal), Study.is_preview.is_(False)).order_by(Study.id.desc())


def study_response(session: Session, study: Study) -> StudyResponse:
    """Return a study's protocol and progress."""
    benchmark = session.get_one(Benchmark, study.benchmark_id)
    progress = study_progress(session, study)
    return StudyResponse(
        **{name: getattr(study, name) for name in _PROTOCOL_FIELDS},
        languages=offered_languages(study),
        translations=study_translations(study),
        benchmark=benchmark.slug,
        benchmark_version=benchmark.version,
        votes=progress.votes,
        votes_wanted=progress.votes_wanted,
        annotators=progress.annotators,
        matchups=_matchup_responses(session, study, progress),
        preparation=_preparation_response(session, study),
        protocol_version=session.scalar(
            select(func.max(StudyProtocol.version)).where(StudyProtocol.study_id == study.id)
        ),
    )


def protocols_response(session: Session, study: Study) -> ProtocolsResponse:
    """Return all versions of a study's protocol."""
    protocols = [ProtocolResponse.model_validate(each) for each in every_protocol(session, study)]
    return ProtocolsResponse(protocols=protocols)


def _preparation_response(session: Session, study: Study) -> PreparationResponse | None:
    task = newest_task(session, kind=TaskKind.RENDITIONS, subject=study.slug)
    if task is None:
        return None
    return PreparationResponse(status=task.status, done=task.done, total=task.total, error=task.error)


def _matchup_responses(session: Session, study: Study, progress: StudyProgress) -> list[MatchupResponse]:
    sides = {each.id: each for each in matchup_sides(session, study)}
    losses = rendition_losses(session, [study])
    used = {id for each in progress.matchups for id in (each.matchup.reference_id, each.matchup.other_id)}
    query = select(Submission.id, Submission.public_id).where(Submission.id.in_(used))
    public_ids = {row.id: row.public_id for row in session.execute(query)}
    return [
        MatchupResponse(
            reference=sides[each.matchup.id].reference,
            other=sides[each.matchup.id].other,
            reference_id=public_ids[each.matchup.reference_id],
            reference_seed=each.matchup.reference_seed,
            other_id=public_ids[each.matchup.other_id],
            other_seed=each.matchup.other_seed,
            renditions=each.matchup.renditions,
            comparisons=each.comparisons,
            votes=each.votes,
            closed_at=each.matchup.closed_at,
            close_reason=each.matchup.close_reason,
            rendition_losses=[
                _loss_response(loss, sides[each.matchup.id]) for loss in losses.get(each.matchup.id, ())
            ],
        )
        for each in progress.matchups
    ]


def _loss_response(loss: SideLoss, sides: MatchupSides) -> RenditionLossResponse:
    return RenditionLossResponse(
        side=loss.side,
        **asdict(loss.most),
        pairs=loss.pairs,
        all_pairs=loss.all_pairs,
        sentence=loss.sentence(sides.name_of(loss.side)),
    )
