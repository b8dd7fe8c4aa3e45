"""Checks votes of a study run elsewhere against a benchmark here; every problem is listed with its row."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.tables.bench import Benchmark, Pair
from benchmark.plurals import counted
from benchmark.stats.votes import UNKNOWN, Votes
from benchmark.votes.columns import RowProblem, VoteTableError
from benchmark.votes.imported import ColumnMapping, convert_votes
from benchmark.votes.validate import check_votes
from benchmark.wire.text import is_one_line

if TYPE_CHECKING:
    import pandas as pd

MOST_LABEL = 64
# What the columns hold; PostgreSQL refuses more.
_MOST_NAME = 200
_MOST_MS = 2**31 - 1
_NOT_IN_SLUGS = re.compile(r"[^a-z0-9._-]+")
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_HEADER_LINES = 1


@dataclass(frozen=True)
class ImportedSide:
    """A system of theirs, as it is kept here: a model and the label of a submission without clips."""

    name: str
    model: str
    label: str


@dataclass(frozen=True)
class ImportPlan:
    """Sound votes of a study run elsewhere, ready to be stored.

    Attributes:
        votes: one entry per vote, in the order of the file.
        cast_at: when each was cast; None where their table does not say.
        pair_ids: of the database, for each of `votes.pairs`.
        sides: by the name that `votes.matchups` has.
        digest: sha256 of all that is imported, so that the same votes are known again.
    """

    study: str
    benchmark_id: int
    votes: Votes
    cast_at: tuple[datetime | None, ...]
    pair_ids: tuple[int, ...]
    sides: Mapping[str, ImportedSide]
    digest: str


def plan_import(
    session: Session, *, table: "pd.DataFrame", mapping: ColumnMapping, study: str, benchmark: Benchmark
) -> ImportPlan:
    """Return what an import would store.

    Raises:
        VoteTableError: a needed column is not mapped, or a mapped one is not in their table.
        Invalid: rows or names are wrong; `problems` lists every one.
    """
    if not _SLUG.fullmatch(study):
        raise Invalid("A slug is lower-case letters, digits, '.', '_' and '-', at most 64.")
    if "annotator" not in mapping.columns:
        raise VoteTableError("The mapping does not say which column holds annotator: whose vote each one is.")
    ours = convert_votes(table, mapping, study=study)
    pair_ids = {
        row.name: row.id
        for row in session.execute(select(Pair.name, Pair.id).where(Pair.benchmark_id == benchmark.id))
    }
    votes, problems = _checked(ours)
    moments, unread = _moments(ours)
    problems += unread + _endless(votes)
    problems += _refused(ours, "annotator", {""}, "annotator is blank")
    unknown = set(ours["pair"]) - set(pair_ids) - {""}
    problems += _refused(ours, "pair", unknown, f"is no pair of {benchmark.slug} {benchmark.version}")
    sides = _sides({*ours["reference"], *ours["other"]} - {""}, study)
    said = [_line(problem) for problem in sorted(problems, key=lambda problem: problem.row)]
    said += _side_problems(sides)
    if said or votes is None:
        raise Invalid(f"{counted(len(said), 'problem')}; nothing was imported.", problems=said)
    return ImportPlan(
        study=study,
        benchmark_id=benchmark.id,
        votes=votes,
        cast_at=tuple(moments),
        pair_ids=tuple(pair_ids[name] for name in votes.pairs),
        sides={side.name: side for side in sides},
        digest=hashlib.sha256(ours.to_csv(index=False).encode()).hexdigest(),
    )


def _checked(ours: "pd.DataFrame") -> tuple[Votes | None, list[RowProblem]]:
    try:
        votes = check_votes(ours)
    except VoteTableError as error:
        if not error.problems:
            raise
        return None, list(error.problems)
    if (votes.annotator == UNKNOWN).any():
        return None, []  # said row by row
    return votes, []


def _refused(ours: "pd.DataFrame", column: str, wrong: set[str], sentence: str) -> list[RowProblem]:
    values = ours[column].tolist()
    return [
        RowProblem(row, f'"{value}" {sentence}' if value else sentence)
        for row, value in enumerate(values, start=1)
        if value in wrong
    ]


def _moments(ours: "pd.DataFrame") -> tuple[list[datetime | None], list[RowProblem]]:
    """Return when each vote was cast; a moment without a time zone is taken for UTC."""
    moments: list[datetime | None] = []
    problems = []
    for row, text in enumerate(ours["cast_at"] if "cast_at" in ours else [""] * len(ours), start=1):
        try:
            moments.append(_moment(text) if text else None)
        except (ValueError, OverflowError):
            moments.append(None)
            problems.append(RowProblem(row, f'cast_at "{text}" is no moment as ISO 8601 writes it'))
    return moments, problems


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    # The first and the last day of the calendar leave it in another time zone.
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _endless(votes: Votes | None) -> list[RowProblem]:
    """Return the rows whose decision took longer than can be kept, 24 days."""
    times = votes.decision_ms.tolist() if votes else []
    return [
        RowProblem(row, "decision_ms is more than 24 days")
        for row, time_ms in enumerate(times, start=1)
        if time_ms > _MOST_MS
    ]


def _sides(names: Iterable[str], study: str) -> list[ImportedSide]:
    """Return how their systems are kept.

    The label names the study: their `cinemo` need not be the clips that are `cinemo` here.
    """
    sides = []
    for name in sorted(names):
        model, _, label = name.partition("@")
        slug = _NOT_IN_SLUGS.sub("-", model.strip().lower()).strip("-._")
        own = _NOT_IN_SLUGS.sub("-", label.strip().lower()).strip("-._")
        sides.append(ImportedSide(name, slug, f"{own}.{study}" if own else study))
    return sides


def _side_problems(sides: list[ImportedSide]) -> list[str]:
    problems = [
        f'the model "{side.name}" makes no name of letters and digits, at most 64 of them'
        for side in sides
        if not _SLUG.fullmatch(side.model)
    ]
    problems += [
        f"the name of the model {side.model} is longer than {_MOST_NAME} or has control characters in it"
        for side in sides
        if len(side.name) > _MOST_NAME or not is_one_line(side.name)
    ]
    problems += [
        f'the label of "{side.name}" becomes {side.label}, longer than {MOST_LABEL}: choose a shorter study'
        for side in sides
        if len(side.label) > MOST_LABEL
    ]
    kept = Counter((side.model, side.label) for side in sides)
    problems += [
        f'the model "{side.name}" cannot be told from another one: both become {side.model}@{side.label}'
        for side in sides
        if kept[side.model, side.label] > 1
    ]
    return problems


def _line(problem: RowProblem) -> str:
    return f"row {problem.row} (line {problem.row + _HEADER_LINES}): {problem.sentence}"
