"""Reads a study as the contents of a bundle, everything of one moment."""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.panels.sides import MatchupSides, matchup_sides, side_name
from app.results.live.vote_rows import vote_rows
from app.tables.bench import Benchmark, Pair
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Clip, Submission, VideoModel
from app.tables.voting import Vote
from benchmark.exports.cells import Cell, utc_text
from benchmark.exports.figures.writer import PaperFigure
from benchmark.protocol import StudyStatus
from benchmark.report.contents import CLIP_COLUMNS, ReportContents, Rows

# What the database keeps for itself, or for speed.
_NOT_PROTOCOL = {"id", "benchmark_id", "owner_id", "pairs", "unfilled_comparisons"}


def report_contents(
    session: Session, study: Study, *, licence: str = "unknown", strips: tuple[PaperFigure, ...] = ()
) -> ReportContents:
    """Return what a bundle of the study holds; the session must stay open while its votes are read.

    Raises:
        Conflict: the study is a draft, whose protocol is not frozen, or nobody has voted.
    """
    if study.status is StudyStatus.DRAFT:
        raise Conflict(
            f"{study.slug} is a draft: its protocol is not frozen and nobody has voted. Open it first.",
            code="study_not_open",
        )
    if session.scalar(select(Vote.id).where(Vote.study_id == study.id).limit(1)) is None:
        raise Conflict(f"Nobody has voted in {study.slug}, so there is nothing to report.", code="no_votes")
    benchmark = session.get_one(Benchmark, study.benchmark_id)
    sides = _sides(session, study)
    return ReportContents(
        slug=study.slug,
        title=study.title,
        interim=study.status is not StudyStatus.CLOSED,
        protocol={
            "study": _settings(study),
            "benchmark": _benchmark(benchmark),
            "matchups": _matchups(session, study),
            "sides": sides,
        },
        names={each["side"]: each["name"] for each in sides},
        pairs=_pairs(session, benchmark),
        clips=_clips(session, study),
        comparisons=_comparisons(session, study),
        votes=lambda: vote_rows(session, study),
        benchmark_licence=benchmark.licence,
        licence=licence,
        strips=strips,
    )


def read_one_moment(session: Session) -> None:
    """Make the session see one moment however long it reads; SQLite does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _settings(study: Study) -> dict[str, object]:
    names = sorted(set(Study.__table__.columns.keys()) - _NOT_PROTOCOL)
    return {name: _plain(getattr(study, name)) for name in names}


def _benchmark(benchmark: Benchmark) -> dict[str, object]:
    names = ("slug", "version", "title", "source", "licence", "content_hash")
    return {name: getattr(benchmark, name) for name in names}


def _matchups(session: Session, study: Study) -> list[dict[str, object]]:
    gold = set(session.scalars(select(Matchup.id).where(Matchup.study_id == study.id, Matchup.is_gold)))
    return [
        {
            "matchup": each.name,
            "reference": each.reference,
            "other": each.other,
            "gold": each.id in gold,
            "closed_early": each.close_reason,
        }
        for each in _every_matchup(session, study)
    ]


def _every_matchup(session: Session, study: Study) -> list[MatchupSides]:
    return matchup_sides(session, study, with_gold=True)


def _sides(session: Session, study: Study) -> list[dict[str, Any]]:
    """Return the submissions compared, by the names that tables give them; `name` is what people read."""
    rows = session.execute(
        select(VideoModel, Submission)
        .join(Submission, Submission.model_id == VideoModel.id)
        .where(Submission.id.in_(_submission_ids(session, study)))
    ).all()
    count: dict[int, int] = {}
    for model, _submission in rows:
        count[model.id] = count.get(model.id, 0) + 1
    sides = [
        {
            "side": side_name(model.slug, submission.label),
            "name": f"{model.name} · {submission.label}"
            if submission.label and count[model.id] > 1
            else model.name,
            "model": model.slug,
            "label": submission.label,
            "submission": submission.public_id,
            "is_partial": submission.is_partial,
            "url": model.url,
            "licence": model.licence,
            "finalised_at": _plain(submission.finalised_at),
        }
        for model, submission in rows
    ]
    return sorted(sides, key=lambda each: str(each["side"]))


def _submission_ids(session: Session, study: Study) -> set[int]:
    rows = session.execute(select(Matchup.reference_id, Matchup.other_id).where(Matchup.study_id == study.id))
    return {submission for pair in rows for submission in pair}


def _pairs(session: Session, benchmark: Benchmark) -> Rows:
    pairs = session.scalars(select(Pair).where(Pair.benchmark_id == benchmark.id).order_by(Pair.position))
    return [
        [
            pair.name,
            pair.image,
            pair.image_key.rpartition("/")[2],
            pair.prompt,
            hashlib.sha256(pair.prompt.encode()).hexdigest(),
            pair.scenario,
            json.dumps(pair.tags, ensure_ascii=False, sort_keys=True),
        ]
        for pair in pairs
    ]


def _comparisons(session: Session, study: Study) -> Rows:
    names = {each.id: each.name for each in _every_matchup(session, study)}
    rows = session.execute(
        select(Comparison.matchup_id, Pair.name, Matchup.is_gold)
        .join(Pair, Pair.id == Comparison.pair_id)
        .join(Matchup, Matchup.id == Comparison.matchup_id)
        .where(Comparison.study_id == study.id)
    )
    return sorted([names[matchup_id], pair, int(is_gold)] for matchup_id, pair, is_gold in rows)


def _clips(session: Session, study: Study) -> Rows:
    facts = [getattr(Clip, name) for name in CLIP_COLUMNS[3:]]
    rows = session.execute(
        select(VideoModel.slug, Submission.label, Submission.public_id, Pair.name, *facts)
        .select_from(Clip)
        .join(Submission, Submission.id == Clip.submission_id)
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .join(Pair, Pair.id == Clip.pair_id)
        .where(Clip.submission_id.in_(_submission_ids(session, study)))
    )
    return sorted([side_name(model, label), *rest] for model, label, *rest in rows)


def _plain(value: object) -> Cell:
    """Return a column as JSON has it; the closed sets are texts already."""
    if isinstance(value, datetime):
        return utc_text(value)
    assert value is None or isinstance(value, str | int | float)
    return value
