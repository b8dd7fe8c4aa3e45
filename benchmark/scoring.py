"""Computes all result tables and figures from a study's votes.

`ti2v score` and `ti2v report` both use this module. The tables of a report can therefore be reproduced from
the votes in the report.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from typing import BinaryIO

from benchmark.exports.cells import cell_rows
from benchmark.exports.figures.kinds import FigureName
from benchmark.exports.figures.names import FigureNames
from benchmark.exports.figures.study import study_figure
from benchmark.exports.figures.writer import PaperFigure
from benchmark.exports.layout import TableLayout
from benchmark.exports.notes import TableNote
from benchmark.exports.sentences import table_sentences
from benchmark.exports.table_rows import result_rows
from benchmark.exports.tables import COLUMN_NAMES
from benchmark.exports.writer import DEFAULT_LAYOUT, write_table
from benchmark.protocol import StudyKind, TableFormat, TableName, VoteStatus
from benchmark.stats.preferences import PreferenceRow, preferences
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Votes

# The source of votes, by status. People cast the votes of every status that this mapping does not contain.
_SOURCES = {VoteStatus.IMPORTED: StudyKind.IMPORTED, VoteStatus.AUTOMATIC: StudyKind.AUTOMATIC}
# The tables that cannot be computed from tallies of votes alone.
_OF_OTHER_DATA = (
    TableName.VOTES,
    TableName.METRICS,
    TableName.METRIC_AGREEMENT,
    TableName.METRIC_COVARIATES,
    TableName.PLAYBACK,
)
COMPUTED = tuple(table for table in TableName if table not in _OF_OTHER_DATA)


@dataclass(frozen=True)
class ScoredVotes:
    """The votes of one study, from which all results are computed.

    If `interim` is true, the study is not closed, so no p-values are computed.
    """

    votes: Votes
    interim: bool = False
    _rows: dict[TableName, list[object]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def tallies(self) -> Tallies:
        return Tallies.from_votes(self.votes)

    @property
    def kind(self) -> StudyKind:
        return _SOURCES.get(self.votes.counted, StudyKind.HUMAN)

    @cached_property
    def note(self) -> TableNote:
        return TableNote.of(
            self.tallies,
            left_out=self.votes.left_out,
            source=self.kind,
            interim=self.interim,
        )

    @cached_property
    def preferences(self) -> list[PreferenceRow]:
        return preferences(self.tallies, self.votes.matchups, interim=self.interim)

    def rows(self, table: TableName) -> list[object]:
        """Return the rows of a result table; each table is computed once and then cached."""
        if table not in self._rows:
            made = result_rows(
                table, self.tallies, self.votes.matchups, interim=self.interim, votes=self.votes
            )
            self._rows[table] = list(made)
        return self._rows[table]

    def sentences(self, table: TableName) -> list[str]:
        return table_sentences(table, self.rows(table), self.tallies, self.votes.matchups, kind=self.kind)

    def write(
        self,
        table: TableName,
        file_format: TableFormat,
        stream: BinaryIO,
        layout: TableLayout = DEFAULT_LAYOUT,
    ) -> None:
        """Write a result table to a binary stream. Raises UnknownColumn."""
        write_table(table, self.rows(table), file_format, stream, note=self.note, layout=layout)

    def document(self) -> bytes:
        """Return all tables, each with sentences and a note, as one JSON document."""
        content = {
            "study": next((matchup.study for matchup in self.votes.matchups), None),
            "interim": self.interim,
            "votes": len(self.votes),
            "counted": self.votes.counted,
            "left_out": self.votes.left_out,
            "ti2v_bench": version("ti2v-bench"),
            "tables": {table: self._table_document(table) for table in COMPUTED},
        }
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
        return f"{text}\n".encode()

    def figure(self, name: FigureName, names: Mapping[str, str]) -> PaperFigure:
        """Return a figure that is ready to draw.

        `names` contains the display names of sides. Raises CannotDraw.
        """
        matchups = self.votes.matchups
        shown = FigureNames.of(matchups, names)
        return study_figure(name, self.tallies, matchups, self.preferences, shown, interim=self.interim)

    def _table_document(self, table: TableName) -> dict[str, object]:
        names = COLUMN_NAMES[table]
        return {
            "note": self.note.text(table),
            "sentences": self.sentences(table),
            "rows": [dict(zip(names, cells, strict=True)) for cells in cell_rows(table, self.rows(table))],
        }
