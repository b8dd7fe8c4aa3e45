"""Reads the protocols and the progress of studies."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.cursors import KeyType, ListOrder, PageRequest
from app.media.rendition_losses import SideLoss, rendition_losses
from app.panels.protocol import every_protocol
from app.panels.sides import MatchupSides, sides_by_matchup
from app.panels.study_texts import offered_languages, study_translations
from app.security.identity import Principal
from app.security.visibility import sees_study
from app.studies.progress import MatchupProgress, StudyProgress, progress_of_studies
from app.tables.bench import Benchmark
from app.tables.studies import Study, StudyProtocol
from app.tables.submissions import Submission
from app.tables.tasks import Task
from app.tasks.queries import newest_by_subject
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
    only deleted studies; if only `archived` is set, the list contains only archived studies. `text` is a part
    of a title or slug, in upper or lower case; an empty text matches all studies.
    """

    status: StudyStatus | None = None
    kind: StudyKind | None = None
    benchmark: str | None = None
    archived: bool = False
    deleted: bool = False
    text: str = ""

    @property
    def condition(self) -> ColumnElement[bool]:
        if self.deleted:
            found: ColumnElement[bool] = Study.deletes_at.is_not(None)
        else:
            is_archived = Study.archived_at.is_not(None) if self.archived else Study.archived_at.is_(None)
            found = Study.deletes_at.is_(None) & is_archived
        if self.status is not None:
            found &= Study.status == self.status
        if self.text:
            columns = (Study.title, Study.slug)
            found &= or_(*(each.icontains(self.text, autoescape=True) for each in columns))
        return found


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
    matches = ((Study.kind, wanted.kind), (Benchmark.slug, wanted.benchmark))
    query = query.where(
        wanted.condition, *(column == value for column, value in matches if value is not None)
    )
    if page.after is not None:
        query = query.where(Study.id < page.after[0])
    found = page.cut(session.scalars(query).all(), lambda row: (row.id,))
    return StudiesResponse(studies=_responses(session, found.rows), next_cursor=found.next_cursor)


def _visible(principal: Principal) -> Select[Study]:
    return select(Study).where(sees_study(principal), Study.is_preview.is_(False)).order_by(Study.id.desc())


def study_response(session: Session, study: Study) -> StudyResponse:
    """Return a study's protocol and progress."""
    (response,) = _responses(session, [study])
    return response


def _responses(session: Session, studies: Sequence[Study]) -> list[StudyResponse]:
    """Return the protocol and the progress of each study. The number of queries is constant."""
    benchmarks = {
        each.id: each
        for each in session.scalars(
            select(Benchmark).where(Benchmark.id.in_({study.benchmark_id for study in studies}))
        )
    }
    progress = progress_of_studies(session, studies)
    matchups = _matchup_responses(session, studies, progress)
    tasks = newest_by_subject(session, kind=TaskKind.RENDITIONS, subjects=[each.slug for each in studies])
    newest = (
        select(StudyProtocol.study_id, func.max(StudyProtocol.version).label("version"))
        .where(StudyProtocol.study_id.in_(list(progress)))
        .group_by(StudyProtocol.study_id)
    )
    versions = {row.study_id: row.version for row in session.execute(newest)}
    return [
        StudyResponse(
            **{name: getattr(study, name) for name in _PROTOCOL_FIELDS},
            languages=offered_languages(study),
            translations=study_translations(study),
            benchmark=benchmarks[study.benchmark_id].slug,
            benchmark_version=benchmarks[study.benchmark_id].version,
            votes=progress[study.id].votes,
            votes_wanted=progress[study.id].votes_wanted,
            annotators=progress[study.id].annotators,
            matchups=matchups[study.id],
            preparation=_preparation_response(tasks.get(study.slug)),
            protocol_version=versions.get(study.id),
        )
        for study in studies
    ]


def protocols_response(session: Session, study: Study) -> ProtocolsResponse:
    """Return all versions of a study's protocol."""
    protocols = [ProtocolResponse.model_validate(each) for each in every_protocol(session, study)]
    return ProtocolsResponse(protocols=protocols)


def _preparation_response(task: Task | None) -> PreparationResponse | None:
    if task is None:
        return None
    return PreparationResponse(status=task.status, done=task.done, total=task.total, error=task.error)


def _matchup_responses(
    session: Session, studies: Sequence[Study], progress: Mapping[int, StudyProgress]
) -> dict[int, list[MatchupResponse]]:
    """Return the matchups of each study, keyed by the study's id."""
    sides, losses = sides_by_matchup(session, studies), rendition_losses(session, studies)
    matchups = [each.matchup for study in studies for each in progress[study.id].matchups]
    used = {id for each in matchups for id in (each.reference_id, each.other_id)}
    query = select(Submission.id, Submission.public_id).where(Submission.id.in_(used))
    public_ids = {row.id: row.public_id for row in session.execute(query)}
    return {
        study.id: [
            _matchup_response(each, sides[each.matchup.id], public_ids, losses.get(each.matchup.id, ()))
            for each in progress[study.id].matchups
        ]
        for study in studies
    }


def _matchup_response(
    progress: MatchupProgress,
    sides: MatchupSides,
    public_ids: Mapping[int, str],
    losses: Sequence[SideLoss],
) -> MatchupResponse:
    matchup = progress.matchup
    return MatchupResponse(
        reference=sides.reference,
        other=sides.other,
        reference_id=public_ids[matchup.reference_id],
        reference_seed=matchup.reference_seed,
        other_id=public_ids[matchup.other_id],
        other_seed=matchup.other_seed,
        renditions=matchup.renditions,
        comparisons=progress.comparisons,
        votes=progress.votes,
        closed_at=matchup.closed_at,
        close_reason=matchup.close_reason,
        rendition_losses=[_loss_response(loss, sides) for loss in losses],
    )


def _loss_response(loss: SideLoss, sides: MatchupSides) -> RenditionLossResponse:
    return RenditionLossResponse(
        side=loss.side,
        **asdict(loss.most),
        pairs=loss.pairs,
        all_pairs=loss.all_pairs,
        sentence=loss.sentence(sides.name_of(loss.side)),
    )
