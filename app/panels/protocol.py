"""Stores a version of a study's protocol whenever the study is opened, imported, extended or reopened.

Rows of `study_protocols` never change. New votes are cast under the newest version.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.panels.sides import matchup_sides, side_name
from app.tables.bench import Benchmark
from app.tables.studies import Matchup, Study, StudyProtocol
from app.tables.submissions import Submission, VideoModel
from benchmark.exports.cells import utc_text
from benchmark.protocol import Language

SETTINGS = (
    "slug",
    "kind",
    "title",
    "instructions",
    "votes_per_comparison",
    "comparisons_per_annotator",
    "lease_s",
    "watch_gate",
    "renditions",
    "require_justification",
    "seed",
    "gold_block",
    "gold_most",
)
_BENCHMARK = ("slug", "version", "title", "source", "licence", "content_hash")


def freeze_protocol(
    session: Session,
    study: Study,
    *,
    now: datetime,
    change: str = "",
    merged: Sequence[Mapping[str, Any]] = (),
    judge: Mapping[str, Any] | None = None,
) -> StudyProtocol:
    """Store the study's current protocol as the next version.

    `change` is a text that tells people what changed. `merged` lists the studies whose votes were merged.
    `judge` describes the automatic judge that voted.
    """
    newest = newest_protocol(session, study)
    protocol = StudyProtocol(
        study_id=study.id,
        version=newest.version + 1 if newest else 1,
        document={
            **_document(session, study),
            **({"merged": list(merged)} if merged else {}),
            **({"judge": dict(judge)} if judge is not None else {}),
        },
        change=change,
        created_at=now,
    )
    session.add(protocol)
    session.flush()
    return protocol


def newest_protocol(session: Session, study: Study) -> StudyProtocol | None:
    """Return the newest protocol version, under which new votes are cast; None for a draft."""
    return session.scalar(
        select(StudyProtocol)
        .where(StudyProtocol.study_id == study.id)
        .order_by(StudyProtocol.version.desc())
        .limit(1)
    )


def every_protocol(session: Session, study: Study) -> Sequence[StudyProtocol]:
    """Return all versions of a study's protocol, the oldest first."""
    return session.scalars(
        select(StudyProtocol).where(StudyProtocol.study_id == study.id).order_by(StudyProtocol.version)
    ).all()


def _document(session: Session, study: Study) -> dict[str, Any]:
    benchmark = session.get_one(Benchmark, study.benchmark_id)
    return {
        "study": {name: getattr(study, name) for name in SETTINGS},
        "benchmark": {name: getattr(benchmark, name) for name in _BENCHMARK},
        "matchups": _matchups(session, study),
        "sides": _sides(session, study),
        **({"phases": study.phases} if study.phases is not None else {}),
        **({"pilot": True} if study.is_pilot else {}),
        **({"rules": study.rules} if study.rules is not None else {}),
        **({"hourly_pay": study.hourly_pay} if study.hourly_pay is not None else {}),
        **({"allocation": study.allocation} if study.allocation is not None else {}),
        **({"language": study.language} if study.language is not Language.EN else {}),
        **({"languages": study.languages} if study.languages is not None else {}),
        **({"translations": study.translations} if study.translations is not None else {}),
    }


def _matchups(session: Session, study: Study) -> list[dict[str, Any]]:
    rows = {row.id: row for row in session.scalars(select(Matchup).where(Matchup.study_id == study.id))}
    return [
        {
            "matchup": each.name,
            "reference": each.reference,
            "reference_seed": rows[each.id].reference_seed,
            "other": each.other,
            "other_seed": rows[each.id].other_seed,
            "renditions": rows[each.id].renditions or study.renditions,
            "gold": rows[each.id].is_gold,
        }
        for each in matchup_sides(session, study, with_gold=True)
    ]


def _sides(session: Session, study: Study) -> list[dict[str, Any]]:
    """Return the compared submissions, keyed by the sides' names in tables.

    `name` is the display name.
    """
    rows = session.execute(
        select(VideoModel, Submission)
        .join(Submission, Submission.model_id == VideoModel.id)
        .where(Submission.id.in_(_submission_ids(session, study)))
    ).all()
    submissions_of: dict[int, int] = {}
    for model, _submission in rows:
        submissions_of[model.id] = submissions_of.get(model.id, 0) + 1
    sides = [
        {
            "side": side_name(model.slug, submission.label),
            "name": f"{model.name} · {submission.label}"
            if submission.label and submissions_of[model.id] > 1
            else model.name,
            "model": model.slug,
            "label": submission.label,
            "submission": submission.public_id,
            "is_partial": submission.is_partial,
            "url": model.url,
            "licence": model.licence,
            "finalised_at": submission.finalised_at and utc_text(submission.finalised_at),
        }
        for model, submission in rows
    ]
    return sorted(sides, key=lambda each: str(each["side"]))


def _submission_ids(session: Session, study: Study) -> set[int]:
    """Return the ids of the submissions that a study compares, gold questions included."""
    rows = session.execute(select(Matchup.reference_id, Matchup.other_id).where(Matchup.study_id == study.id))
    return {submission for pair in rows for submission in pair}
