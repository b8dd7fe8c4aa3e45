"""Reads the parts of a report that a server needs to merge the report's votes.

The folder is untrusted. Every file is checked, and its checksum must equal the checksum in SHA256SUMS.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from benchmark.protocol import StudyKind, StudyStatus, VoteStatus
from benchmark.report.checksums import CHECKSUMS_FILE, file_sha256, read_checksums
from benchmark.stats.votes import Votes
from benchmark.tables import Table, TableError, read_table
from benchmark.votes.columns import NEEDED_COLUMNS, READ_COLUMNS, SIDE_COLUMNS
from benchmark.votes.validate import check_votes

PROTOCOL, CLIPS, VOTES = "protocol.json", "clips.csv", "votes/votes.csv"
# The suffixes of these files and of SHA256SUMS. A merge needs no other files of a report.
SUFFIXES = (".json", ".csv", "")
MAX_PROTOCOL_BYTES = 16 * 1024 * 1024
MAX_TABLE_BYTES = 64 * 1024 * 1024
_VOTE_COLUMNS = (*READ_COLUMNS, "cast_at")
_CLIP_COLUMNS = ("side", "pair", "seed", "sha256")

Clips = Mapping[str, str]


class ReportError(ValueError):
    """The folder is not a report, or the report cannot be merged. The message is a sentence for the user."""


class ReportedStudy(BaseModel):
    slug: str = Field(max_length=64)
    kind: StudyKind
    status: StudyStatus


class ReportedBenchmark(BaseModel):
    slug: str = Field(max_length=64)
    version: int
    content_hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class ReportedMatchup(BaseModel):
    matchup: str
    reference: str
    reference_seed: int
    other: str
    other_seed: int
    gold: bool


class ReportedSource(BaseModel):
    """A study whose votes were merged into the reported study."""

    source: int
    study: str


class ReportedProtocol(BaseModel):
    """The fields of protocol.json that a merge needs; other fields are ignored."""

    study: ReportedStudy
    benchmark: ReportedBenchmark
    matchups: list[ReportedMatchup]
    merged: list[ReportedSource] = []


@dataclass(frozen=True)
class StudyReport:
    """The votes of a reported study, and the values that identify its benchmark and clips.

    Attributes:
        clips: for each side and seed, the sha256 of the clip of each pair.
        table: the rows of the votes table that count.
        votes: the checked rows of `table`.
        sha256: the digest of SHA256SUMS, which identifies the report.
    """

    protocol: ReportedProtocol
    clips: Mapping[tuple[str, int], Clips]
    table: Table
    votes: Votes
    sha256: str


def read_report(folder: Path) -> StudyReport:
    """Read a report's protocol, clips and votes.

    Raises:
        ReportError: a file is missing, damaged or too large, or differs from its checksum.
        TableError: a table has invalid rows; the error lists all of them.
    """
    checksums = _checksums(folder)
    for name, limit in ((PROTOCOL, MAX_PROTOCOL_BYTES), (CLIPS, MAX_TABLE_BYTES), (VOTES, MAX_TABLE_BYTES)):
        _check_file(folder / name, name, checksums, limit)
    protocol = _protocol(folder / PROTOCOL)
    table = read_table(folder / VOTES, _VOTE_COLUMNS, unescape=True)
    table.require([*NEEDED_COLUMNS, *SIDE_COLUMNS, "annotator", "cast_at"])
    votes = check_votes(table)
    return StudyReport(
        protocol=protocol,
        clips=_clips(folder / CLIPS),
        table=_rows_with(table, votes.counted),
        votes=votes,
        sha256=file_sha256(folder / CHECKSUMS_FILE),
    )


def _checksums(folder: Path) -> Mapping[str, str]:
    try:
        return read_checksums(folder)
    except OSError as error:
        raise ReportError(
            f"The report has no {CHECKSUMS_FILE}. Send the report that the other server wrote, unchanged."
        ) from error


def _check_file(path: Path, name: str, checksums: Mapping[str, str], limit: int) -> None:
    if not path.is_file() or path.is_symlink():
        raise ReportError(f"The report has no {name}. Send the report that the other server wrote.")
    if path.stat().st_size > limit:
        raise ReportError(f"{name} has more than {limit:,} bytes, the maximum for a merge.")
    if file_sha256(path) != checksums.get(name):
        raise ReportError(
            f"{name} differs from its checksum in {CHECKSUMS_FILE}. The file is damaged or was edited; "
            "download the report again."
        )


def _protocol(path: Path) -> ReportedProtocol:
    try:
        return ReportedProtocol.model_validate(json.loads(path.read_bytes()))
    except (ValidationError, ValueError, RecursionError) as error:
        raise ReportError(f"{PROTOCOL} is not the protocol of a report of this version.") from error


def _clips(path: Path) -> dict[tuple[str, int], dict[str, str]]:
    table = read_table(path, _CLIP_COLUMNS, unescape=True)
    table.require([*_CLIP_COLUMNS])
    clips: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for side, pair, seed, sha256 in zip(*(table.cells(column) for column in _CLIP_COLUMNS), strict=True):
        if not str(seed).isdecimal():
            raise ReportError(f"{CLIPS} has a seed that is not a whole number.")
        clips[str(side), int(str(seed))][str(pair)] = str(sha256)
    return dict(clips)


def _rows_with(table: Table, status: VoteStatus) -> Table:
    cells = {column: table.cells(column) for column in table.columns}
    kept = [row for row, value in enumerate(cells["status"]) if value == status.value]
    if not kept:
        raise TableError(f"{table.source} has no vote that counts.")
    columns = {column: [values[row] for row in kept] for column, values in cells.items()}
    lines = None if table.lines is None else [table.lines[row] for row in kept]
    return Table.from_columns(table.source, columns, lines=lines)
