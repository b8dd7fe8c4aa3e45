"""Reads the contents of a study's report in one database snapshot."""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.panels.protocol import every_protocol, newest_protocol
from app.panels.sides import MatchupSides, matchup_sides, side_name
from app.results.live.vote_rows import vote_rows
from app.results.playback_rows import has_playback, playback_rows
from app.tables.bench import Benchmark, Pair
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Clip, Submission, VideoModel
from app.tables.voting import Vote
from benchmark.exports.cells import Cell, utc_text
from benchmark.exports.figures.writer import PaperFigure
from benchmark.protocol import StudyStatus
from benchmark.report.contents import CLIP_COLUMNS, ReportContents, Rows

# Fields of the study that may change after its protocol was frozen.
_STATE = ("status", "created_at", "opened_at", "closed_at")


def report_contents(
    session: Session, study: Study, *, licence: str = "unknown", strips: tuple[PaperFigure, ...] = ()
) -> ReportContents:
    """Return the contents of the study's report. The session must stay open while the votes are read.

    Raises:
        Conflict: the study is a draft or has no votes.
    """
    if study.status is StudyStatus.DRAFT:
        raise Conflict(
            f"Study {study.slug} is a draft, so it has no votes to report. Open it first.",
            code="study_not_open",
        )
    if session.scalar(select(Vote.id).where(Vote.study_id == study.id).limit(1)) is None:
        raise Conflict(f"Study {study.slug} has no votes, so there is nothing to report.", code="no_votes")
    benchmark = session.get_one(Benchmark, study.benchmark_id)
    protocol = _protocol(session, study)
    return ReportContents(
        slug=study.slug,
        title=study.title,
        interim=study.status is not StudyStatus.CLOSED,
        protocol=protocol,
        names={each["side"]: each["name"] for each in protocol["sides"]},
        pairs=_pairs(session, benchmark),
        clips=_clips(session, study),
        comparisons=_comparisons(session, study),
        votes=lambda: vote_rows(session, study),
        playback=(lambda: playback_rows(session, study)) if has_playback(session, study) else None,
        benchmark_licence=benchmark.licence,
        licence=licence,
        strips=strips,
    )


def use_one_snapshot(session: Session) -> None:
    """Let all reads of the session use the same snapshot of the database.

    On SQLite, all reads of a session use one snapshot by default.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _protocol(session: Session, study: Study) -> dict[str, Any]:
    """Return the newest stored protocol, with the study's current status and dates added."""
    newest = newest_protocol(session, study)
    assert newest is not None, "every study but a draft has a protocol"
    reasons = {each.name: each.close_reason for each in _every_matchup(session, study)}
    state = {name: _plain(getattr(study, name)) for name in _STATE}
    matchups = [each | {"closed_early": reasons[each["matchup"]]} for each in newest.document["matchups"]]
    return {
        **newest.document,
        "version": newest.version,
        "versions": [
            {
                "version": each.version,
                "created_at": utc_text(each.created_at),
                "change": each.change,
                "document": each.document,
            }
            for each in every_protocol(session, study)
        ],
        "study": newest.document["study"] | state,
        "matchups": matchups,
    }


def _every_matchup(session: Session, study: Study) -> list[MatchupSides]:
    return matchup_sides(session, study, with_gold=True)


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
    facts = [getattr(Clip, name) for name in CLIP_COLUMNS[4:]]
    rows = session.execute(
        select(VideoModel.slug, Submission.label, Submission.public_id, Pair.name, Clip.seed, *facts)
        .select_from(Clip)
        .join(Submission, Submission.id == Clip.submission_id)
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .join(Pair, Pair.id == Clip.pair_id)
        .where(_is_shown(study))
    )
    return sorted([side_name(model, label), *rest] for model, label, *rest in rows)


def _is_shown(study: Study) -> ColumnElement[bool]:
    """Return the SQL condition for the clips that the study's matchups show."""
    as_reference = (Matchup.reference_id == Clip.submission_id) & (Matchup.reference_seed == Clip.seed)
    as_other = (Matchup.other_id == Clip.submission_id) & (Matchup.other_seed == Clip.seed)
    return exists().where(Matchup.study_id == study.id, as_reference | as_other)


def _plain(value: object) -> Cell:
    """Convert one value of a table to a type that JSON has.

    Enum values need no conversion, because the enums are strings.
    """
    if isinstance(value, datetime):
        return utc_text(value)
    assert value is None or isinstance(value, str | int | float)
    return value
