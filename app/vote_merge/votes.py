"""Builds one table from the votes of two studies.

The name of each annotator begins with the number of the study that the votes come from.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.errors import Conflict
from app.panels.protocol import newest_protocol
from app.panels.sides import matchup_sides
from app.results.live.vote_rows import vote_rows
from app.tables.studies import Study
from app.vote_merge.sides import OwnSide, SideSeed
from benchmark.plurals import counted
from benchmark.protocol import StudyKind, VoteStatus
from benchmark.report.reader import PROTOCOL, StudyReport
from benchmark.tables import Table
from benchmark.tables.cells import CellReader
from benchmark.votes.columns import JUSTIFICATION_COLUMNS

COLUMNS = (
    "study",
    "matchup",
    "pair",
    "annotator",
    "reference",
    "other",
    "left",
    "right",
    "chosen",
    "status",
    *JUSTIFICATION_COLUMNS,
    "cast_at",
    "decision_ms",
)


@dataclass(frozen=True)
class MergedVote:
    """A vote that counts. The sides are named as on this server."""

    pair: str
    annotator: str
    left: str
    right: str
    chosen: str
    reasons: tuple[bool, ...]
    cast_at: datetime
    decision_ms: int | None

    @property
    def event(self) -> tuple[object, ...]:
        """The values that identify a vote; no two people cast the same vote in the same millisecond.

        A votes table has milliseconds, and the database has microseconds.
        """
        cast_at = self.cast_at.astimezone(UTC).isoformat(timespec="milliseconds")
        return self.pair, self.left, self.right, self.chosen, self.reasons, self.decision_ms, cast_at


def merged_sources(session: Session, study: Study) -> list[dict[str, object]]:
    """Return the studies that were merged into a study; an empty list if the study is not a merge."""
    newest = newest_protocol(session, study)
    return list(newest.document.get("merged", [])) if newest else []


def own_votes(session: Session, study: Study, *, is_merged: bool) -> list[MergedVote]:
    """Return the votes of a study that count.

    The number of the source study is put before each annotator's name, unless the study is itself a merge.
    """
    counted_status = VoteStatus.VALID if study.kind is StudyKind.HUMAN else VoteStatus.IMPORTED
    prefix = "" if is_merged else "1-"
    return [
        MergedVote(
            pair=row.pair,
            annotator=f"{prefix}{row.annotator}",
            left=row.left,
            right=row.right,
            chosen=row.chosen,
            reasons=(row.image_alignment, row.text_alignment, row.object_motion, row.overall_quality),
            cast_at=row.cast_at,
            decision_ms=row.decision_ms,
        )
        for row in vote_rows(session, study)
        if row.status is counted_status
    ]


def reported_votes(
    report: StudyReport, matched: Mapping[SideSeed, OwnSide], *, source: int
) -> Iterator[MergedVote]:
    """Yield the report's votes, with the names that the sides have on this server.

    Raises:
        TableError: a cell is invalid, or names a matchup or a side that the report's protocol does not have.
    """
    cells = CellReader(report.table)
    names = {
        column: cells.names(column, required=True)
        for column in ("matchup", "pair", "annotator", "left", "right", "chosen")
    }
    flags = [cells.flags(column) for column in JUSTIFICATION_COLUMNS]
    cast_at, decision_ms = cells.times("cast_at"), cells.whole_numbers("decision_ms", maximum=2**31 - 1)
    own_name = _own_names(report, matched)
    for row, time in enumerate(cast_at):
        matchup = names["matchup"].at(row)
        if time is None:
            cells.problems.add(row, "The cell is empty.", "cast_at")
        for side in ("left", "right", "chosen"):
            if (matchup, names[side].at(row)) not in own_name:
                cells.problems.add(row, f"{PROTOCOL} has no such side of this matchup.", side)
    cells.problems.raise_if_any()
    for row, time in enumerate(cast_at):
        assert time is not None
        matchup = names["matchup"].at(row)
        yield MergedVote(
            pair=names["pair"].at(row),
            annotator=f"{source}-{names['annotator'].at(row)}",
            left=own_name[matchup, names["left"].at(row)],
            right=own_name[matchup, names["right"].at(row)],
            chosen=own_name[matchup, names["chosen"].at(row)],
            reasons=tuple(bool(flag[row]) for flag in flags),
            cast_at=time,
            decision_ms=int(decision_ms[row]) if decision_ms[row] >= 0 else None,
        )


def _own_names(report: StudyReport, matched: Mapping[SideSeed, OwnSide]) -> dict[tuple[str, str], str]:
    """Return, for each reported matchup, the names that its sides have on this server."""
    names = {}
    for each in report.protocol.matchups:
        if not each.gold:
            names[each.matchup, each.reference] = matched[each.reference, each.reference_seed].name
            names[each.matchup, each.other] = matched[each.other, each.other_seed].name
    return names


def refuse_shared_votes(own: Sequence[MergedVote], reported: Sequence[MergedVote]) -> None:
    """Refuse a report that contains votes of this study, because these votes would count twice.

    Raises:
        Conflict: the study and the report contain the same vote.
    """
    shared = {vote.event for vote in own} & {vote.event for vote in reported}
    if shared:
        raise Conflict(
            f"{counted(len(shared), 'vote')} of the report {'is' if len(shared) == 1 else 'are'} already in "
            "this study, and would count twice. Merge reports of different votes."
        )


def merged_table(session: Session, study: Study, slug: str, votes: Sequence[MergedVote]) -> Table:
    """Return the votes as a votes table of the study `slug`; every status is `imported`.

    If `study` has the matchup, the table uses the reference side of `study`. If only the report has the
    matchup, the reference is the side whose name comes first in the alphabet.
    """
    references = {frozenset((each.reference, each.other)): each for each in matchup_sides(session, study)}

    def row(vote: MergedVote) -> tuple[object, ...]:
        known = references.get(frozenset((vote.left, vote.right)))
        first, second = (known.reference, known.other) if known else sorted((vote.left, vote.right))
        return (
            slug,
            f"{first}:{second}",
            vote.pair,
            vote.annotator,
            first,
            second,
            vote.left,
            vote.right,
            vote.chosen,
            VoteStatus.IMPORTED.value,
            *(int(flag) for flag in vote.reasons),
            vote.cast_at.isoformat(),
            vote.decision_ms,
        )

    rows = [row(vote) for vote in votes]
    return Table.from_columns(slug, dict(zip(COLUMNS, zip(*rows, strict=True), strict=True)))
