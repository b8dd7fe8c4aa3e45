"""Stores imported votes as a separate closed study; every vote has the status imported.

An imported study is separate from the studies of this server. The sides of an imported study are submissions
without clips. The submissions without clips are withdrawn from the start, so that no page shows them. Each
imported vote has an event that marks the vote as imported. Imported votes count only in the imported study. A
merge of two studies (app/vote_merge/) is stored in the same way, but its sides are existing submissions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid
from app.panels.protocol import freeze_protocol
from app.security.audit import record_event
from app.security.identity import Principal
from app.tables.audit import AuditEvent
from app.tables.people import Annotator
from app.tables.studies import Comparison, Matchup, Study
from app.vote_import.rows import AT_ONCE, StoredStudy, in_parts, mark_imported, store_votes
from app.vote_import.sides import store_side
from app.vote_import.validation import ImportPlan
from benchmark.protocol import (
    AnnotatorKind,
    Justification,
    RenditionRecipe,
    Side,
    StudyKind,
    StudyStatus,
    WatchGate,
)
from benchmark.stats.tallies import Tallies
from benchmark.wire.text import is_one_line

ACTION = "votes.import"
_LEASE_S = 900  # arbitrary, because nobody will hold a lease
MOST_TITLE = 200


@dataclass(frozen=True)
class ImportedSource:
    """The origin of the votes: the study's title and the name of the file.

    Attributes:
        action: the name of the action in the audit log; `details` are the details of this audit event.
        change: the text that describes the first version of the protocol.
        merged: the studies whose votes were merged; the protocol lists them.
    """

    title: str
    file: str
    action: str = ACTION
    details: Mapping[str, Any] = field(default_factory=dict)
    change: str = "Imported"
    merged: Sequence[Mapping[str, Any]] = ()

    def __post_init__(self) -> None:
        if len(self.title) > MOST_TITLE:
            raise Invalid(f"A title may have at most {MOST_TITLE} characters.")
        if not is_one_line(self.title):
            raise Invalid("A title must be one line without line breaks and control characters.")


def is_imported_already(session: Session, plan: ImportPlan, *, action: str = ACTION) -> bool:
    """Return whether a study with this slug exists and has exactly the votes of the import plan.

    Raises:
        Conflict: a study with this slug has different votes; an import never adds votes to a study.
    """
    if session.scalar(select(Study.id).where(Study.slug == plan.study)) is None:
        return False
    details = session.scalars(
        select(AuditEvent.details).where(AuditEvent.action == action, AuditEvent.subject == plan.study)
    )
    if any(each["digest"] == plan.digest for each in details):
        return True
    raise Conflict(
        f"The study {plan.study} already exists with other votes, and an import never adds to a study. "
        "Import these votes as another study.",
        code="study_exists",
    )


def parts_of(plan: ImportPlan) -> int:
    """Return the number of batches in which the votes are stored."""
    return -(-len(plan.votes) // AT_ONCE)


def store_study(
    session: Session,
    *,
    plan: ImportPlan,
    source: ImportedSource,
    principal: Principal,
    now: datetime,
    on_part: Callable[[], None] = lambda: None,
) -> Study:
    """Store the votes as a closed study owned by `principal`. If an error occurs, no vote is stored.

    `on_part` is called after each of the `parts_of(plan)` batches.

    Raises:
        Conflict: a model already has a submission with the label that the import would use.
    """
    study = _study(session, plan, source, principal, now)
    submissions = {
        name: side.submission_id or store_side(session, plan=plan, side=side, principal=principal, now=now).id
        for name, side in plan.sides.items()
    }
    matchups = _matchups(session, plan, study, submissions)
    comparisons = _comparisons(session, plan, study, matchups)
    freeze_protocol(session, study, change=source.change, now=now, merged=source.merged)
    people = [
        Annotator(study_id=study.id, pseudonym=pseudonym, kind=AnnotatorKind.IMPORTED, created_at=now)
        for pseudonym in plan.pseudonyms
    ]
    session.add_all(people)
    session.flush()
    stored = StoredStudy(plan, study, matchups, comparisons, [each.id for each in people], now)
    store_votes(session, stored, on_part)
    mark_imported(session, study, file=source.file, principal=principal, now=now)
    details = {"digest": plan.digest, "file": source.file, "votes": len(plan.votes), **source.details}
    record_event(session, principal, source.action, subject=study.slug, now=now, **details)
    return study


def _study(
    session: Session, plan: ImportPlan, source: ImportedSource, principal: Principal, now: datetime
) -> Study:
    largest_panel = int(Tallies.from_votes(plan.votes).votes.max())
    study = Study(
        slug=plan.study,
        kind=StudyKind.IMPORTED,
        title=source.title,
        instructions="",
        benchmark_id=plan.benchmark_id,
        owner_id=principal.person_id,
        status=StudyStatus.CLOSED,
        # Panel sizes must be odd. Comparisons whose imported votes tie stay undecided.
        votes_per_comparison=largest_panel + 1 - largest_panel % 2,
        comparisons_per_annotator=None,
        lease_s=_LEASE_S,
        watch_gate=WatchGate.OFF,
        renditions=RenditionRecipe.REMUX,
        require_justification=False,
        seed=0,
        pairs=len(plan.pair_ids),
        created_at=now,
        closed_at=now,
    )
    session.add(study)
    session.flush()
    return study


def _matchups(
    session: Session, plan: ImportPlan, study: Study, submissions: Mapping[str, int]
) -> list[Matchup]:
    rows = [
        Matchup(
            study_id=study.id,
            position=position,
            reference_id=submissions[each.reference],
            other_id=submissions[each.other],
            reference_seed=reference_seed,
            other_seed=other_seed,
        )
        for position, (each, (reference_seed, other_seed)) in enumerate(
            zip(plan.votes.matchups, plan.seeds, strict=True)
        )
    ]
    session.add_all(rows)
    session.flush()
    return rows


def _comparisons(
    session: Session, plan: ImportPlan, study: Study, matchups: Sequence[Matchup]
) -> dict[tuple[int, int], int]:
    """Store the comparisons with the final counts of their votes.

    Return a mapping from (matchup code, pair code) to the comparison's id.
    """
    tallies = Tallies.from_votes(plan.votes)
    places = list(zip(tallies.matchup.tolist(), tallies.pair.tolist(), strict=True))
    won = zip(tallies.votes_reference.tolist(), tallies.votes_other.tolist(), strict=True)
    ticks = tallies.reasons.reshape(len(tallies), -1).tolist()
    names = [f"{reason}_{side}" for reason in Justification for side in Side]
    rows = [
        {
            "study_id": study.id,
            "matchup_id": matchups[matchup].id,
            "pair_id": plan.pair_ids[pair],
            "is_open": False,
            "slots_taken": reference + other,
            "shuffle_key": 0,
            "draws": 0,
            "votes_reference": reference,
            "votes_other": other,
            **dict(zip(names, ticked, strict=True)),
        }
        for (matchup, pair), (reference, other), ticked in zip(places, won, ticks, strict=True)
    ]
    for some in in_parts(rows):
        session.execute(insert(Comparison), some)
    stored = session.execute(
        select(Comparison.matchup_id, Comparison.pair_id, Comparison.id).where(
            Comparison.study_id == study.id
        )
    )
    ids = {(row.matchup_id, row.pair_id): row.id for row in stored}
    return {(matchup, pair): ids[matchups[matchup].id, plan.pair_ids[pair]] for matchup, pair in places}
