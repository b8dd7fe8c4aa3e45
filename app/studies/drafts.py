"""Edits the draft of a study, and duplicates a study as a new draft.

Each request that saves a draft names the revision that the request changes. If somebody else saved the draft
in the meantime, the second save is refused, and the error lists what the first save changed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.benchmarks.service import find_benchmark
from app.errors import Conflict
from app.panels.allocation import study_allocation
from app.panels.pay import study_pay
from app.panels.phases import study_phases
from app.panels.quality import study_rules
from app.panels.sides import matchup_sides
from app.panels.study_texts import offered_languages, study_translations
from app.security.audit import record_event
from app.security.identity import Principal
from app.studies.service import create_study, fill_draft
from app.tables.audit import AuditEvent
from app.tables.bench import Benchmark
from app.tables.studies import Matchup, Study
from app.tables.submissions import Submission
from benchmark.protocol import RenditionRecipe, StudyKind, StudyStatus
from benchmark.wire.drafts import DraftRequest, GoldRequest, MatchupRequest, StudyRequest
from benchmark.wire.study_changes import DuplicateRequest
from benchmark.wire.translations import kept_translations

EDIT = "study.edit"
_MAX_SHOWN = 60


def edit_draft(
    session: Session, *, study: Study, request: DraftRequest, principal: Principal, now: datetime
) -> None:
    """Replace all fields of a draft except its slug. Repeating a request changes nothing.

    A draft keeps the version of its benchmark.

    Raises:
        Conflict: the study is not a draft (`study_status`), or somebody else has changed the draft after the
            revision that the request names (`draft_changed`). `problems` lists the changes.
        NotFound, Invalid: see `app.studies.service.create_study`.
    """
    session.refresh(study, with_for_update={"key_share": True})
    require_draft(study)
    before = _values(session, study)
    benchmark = session.get_one(Benchmark, study.benchmark_id)
    if request.benchmark != benchmark.slug:
        benchmark = find_benchmark(session, request.benchmark, principal=principal)
    fill_draft(session, study, request, benchmark=benchmark, principal=principal)
    after = _values(session, study)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if not changes:
        return
    if study.revision != request.revision:
        raise _conflict(session, study, request.revision)
    study.revision += 1
    details = {"revision": study.revision, "changes": changes}
    record_event(session, principal, EDIT, subject=study.slug, now=now, **details)


def require_draft(study: Study) -> None:
    if study.status is not StudyStatus.DRAFT:
        raise Conflict(
            f"Only a draft can be edited; this study is {study.status}. Extend or duplicate it instead.",
            code="study_status",
        )


def duplicate_study(
    session: Session, *, study: Study, request: DuplicateRequest, principal: Principal, now: datetime
) -> Study:
    """Create a draft with the protocol of a study, but with a new seed. Closed matchups are left out.

    Raises:
        Conflict: the slug is taken.
        Invalid: a submission can no longer be compared, or the study cannot ask the gold questions.
    """
    copied = draft_request(session, study)
    title = request.title or copied.title
    translations = kept_translations(copied.translations, title, copied.instructions, copied.phases)
    copied = copied.model_copy(
        update={"slug": request.slug, "title": title, "translations": translations, "seed": None}
    )
    benchmark = session.get_one(Benchmark, study.benchmark_id)
    return create_study(
        session, request=copied, principal=principal, now=now, benchmark=benchmark, copy_of=study.slug
    )


def draft_request(session: Session, study: Study) -> StudyRequest:
    """Return a request that creates a study with the protocol of this study. Closed matchups are left out.

    People vote in a copy of an automatic study, so the copy has the default panel and asks for reasons.
    """
    is_judged = study.kind is StudyKind.AUTOMATIC
    # `model_construct` skips the checks: a draft whose submissions were all withdrawn has no matchup.
    return StudyRequest.model_construct(
        slug=study.slug,
        title=study.title,
        benchmark=session.get_one(Benchmark, study.benchmark_id).slug,
        matchups=_open_matchups(session, study),
        votes_per_comparison=_default("votes_per_comparison") if is_judged else study.votes_per_comparison,
        instructions=study.instructions,
        comparisons_per_annotator=study.comparisons_per_annotator,
        lease_s=study.lease_s,
        watch_gate=study.watch_gate,
        renditions=study.renditions,
        require_justification=_default("require_justification") if is_judged else study.require_justification,
        seed=study.seed,
        gold=GoldRequest.of(study.gold_block, study.gold_most),
        phases=study_phases(study),
        rules=study_rules(study),
        allocation=study_allocation(study) if study.allocation is not None else None,
        language=study.language,
        hourly_pay=study_pay(study),
        languages=offered_languages(study),
        translations=study_translations(study),
    )


def _open_matchups(session: Session, study: Study) -> list[MatchupRequest]:
    reference, other = aliased(Submission), aliased(Submission)
    rows = session.execute(
        select(
            reference.public_id,
            Matchup.reference_seed,
            other.public_id,
            Matchup.other_seed,
            Matchup.renditions,
        )
        .join(reference, reference.id == Matchup.reference_id)
        .join(other, other.id == Matchup.other_id)
        .where(Matchup.study_id == study.id, Matchup.is_gold.is_(False), Matchup.closed_at.is_(None))
        .order_by(Matchup.position)
    )
    return [
        MatchupRequest(
            reference=reference_id,
            reference_seed=reference_seed,
            other=other_id,
            other_seed=other_seed,
            renditions=renditions,
        )
        for reference_id, reference_seed, other_id, other_seed, renditions in rows
    ]


def _default(field: str) -> Any:
    return StudyRequest.model_fields[field].default


def with_renditions(
    matchups: Sequence[MatchupRequest], wanted: Sequence[RenditionRecipe | str] | None
) -> list[MatchupRequest]:
    """Return the matchups, in the same order, with these renditions; if `wanted` is None, change nothing.

    Raises:
        Conflict: the numbers of matchups and renditions differ (`draft_changed`).
    """
    if wanted is None:
        return list(matchups)
    if len(wanted) != len(matchups):
        raise Conflict(
            "The matchups of this draft changed after you opened the page, so nothing was saved. Load the "
            "page again.",
            code="draft_changed",
        )
    return [
        each.model_copy(update={"renditions": renditions or None})
        for each, renditions in zip(matchups, wanted, strict=True)
    ]


def _values(session: Session, study: Study) -> dict[str, Any]:
    """Return the fields of a draft as JSON, with the names of the draft's matchups."""
    names = {each.id: each.name for each in matchup_sides(session, study)}
    rows = session.scalars(select(Matchup).where(Matchup.id.in_(names)).order_by(Matchup.position))
    values = draft_request(session, study).model_dump(mode="json", exclude={"slug", "matchups"})
    return values | {"matchups": [_matchup_text(names[row.id], row) for row in rows]}


def _matchup_text(name: str, matchup: Matchup) -> str:
    seeds = (matchup.reference_seed, matchup.other_seed)
    text = name if seeds == (0, 0) else f"{name} (seeds {seeds[0]} and {seeds[1]})"
    return text if matchup.renditions is None else f"{text} (renditions: {matchup.renditions})"


def _conflict(session: Session, study: Study, revision: int) -> Conflict:
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject == study.slug, AuditEvent.action == EDIT)
        .order_by(AuditEvent.id)
    )
    later = [each for each in events if each.details["revision"] > revision]
    people = ", ".join(dict.fromkeys(each.actor for each in later)) or "Somebody"
    return Conflict(
        f"{people} saved this draft after you opened it, so nothing of yours was saved. The draft is now at "
        f"revision {study.revision}. Check the changes, then save again.",
        code="draft_changed",
        problems=[
            f"{each.actor} changed {sentence}" for each in later for sentence in _sentences(each.details)
        ],
    )


def _sentences(details: Mapping[str, Any]) -> list[str]:
    return [
        f"{name} from {_shown(before)} to {_shown(after)}"
        for name, (before, after) in details["changes"].items()
    ]


def _shown(value: object) -> str:
    """Return a value as short text."""
    text = ", ".join(value) if isinstance(value, list) else "nothing" if value in (None, "") else str(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 1]}…"
