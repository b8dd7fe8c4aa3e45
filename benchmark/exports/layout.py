"""Defines which columns a Markdown or LaTeX table has, and how the table names the sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchmark.exports.compact_columns import COMPACT
from benchmark.exports.printed_cells import Span, Spans
from benchmark.exports.printed_columns import PrintedColumn
from benchmark.exports.table_format import LAYOUTS
from benchmark.protocol import TableFormat, TableName

ALL_COLUMNS = "all"
_PRINTED = (TableFormat.MARKDOWN, TableFormat.LATEX)


class UnknownColumn(ValueError):
    """A chosen column does not exist in the table. The message lists the table's columns."""


class UnusedLayout(ValueError):
    """Columns or display names were chosen for a file format that has no layout."""


@dataclass(frozen=True)
class TableLayout:
    """The layout of Markdown and LaTeX tables.

    CSV, JSON, JSONL and Parquet files have no layout. Files in these formats always contain all columns, and
    name the sides as the votes table does.

    Attributes:
        columns: the keys of the columns in order. An empty tuple means the default columns of the format;
            `all` means all columns.
        names: the display names of sides.
    """

    columns: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: str = "", names: Mapping[str, str] | None = None) -> "TableLayout":
        """Return the layout for a comma-separated list of columns such as `other,ti2v_score,interval`."""
        return cls(tuple(each.strip() for each in columns.split(",") if each.strip()), names or {})

    def require_use(self, file_format: TableFormat) -> None:
        """Check that the format can use the chosen columns and display names.

        Raises:
            UnusedLayout: columns or names are chosen, and the format is not Markdown or LaTeX.
        """
        if file_format not in _PRINTED and (self.columns or self.names):
            raise UnusedLayout(
                "The options columns and names are for Markdown and LaTeX. All other formats have all "
                "columns, with the names of the votes table."
            )

    def chosen(self, table: TableName) -> list[PrintedColumn]:
        """Return the chosen columns; all columns if none are chosen. Raises UnknownColumn."""
        if self.columns in ((), (ALL_COLUMNS,)):
            return LAYOUTS[table]
        return _columns(table, self.columns)

    def is_compact(self, table: TableName) -> bool:
        """Return whether a LaTeX table gets compact default columns (if the user chose no columns)."""
        return not self.columns and table in COMPACT

    def compact(self, table: TableName, rows: Sequence[object]) -> list[PrintedColumn]:
        """Return the default columns of a LaTeX table; they fit into one column of a two-column paper.

        If all rows have the same reference, the reference's name is in a column title instead of in each row.
        """
        columns = _columns(table, COMPACT[table])
        references = {getattr(row, "reference", None) for row in rows}
        if [column.key for column in columns[:2]] != ["reference", "other"] or len(references) != 1:
            return columns
        reference = self.name(str(references.pop()))
        return [replace(columns[1], title=f"{reference} vs."), *columns[2:]]

    def name(self, text: str) -> str:
        """Return the display name of a side, or of a matchup `reference:other`."""
        if text in self.names:
            return self.names[text]
        sides = text.split(":")
        return " / ".join(map(self.name, sides)) if len(sides) == 2 and self.names else text

    def spans(self, column: PrintedColumn, row: object) -> Spans:
        spans = column.spans(row)
        return tuple(Span(self.name(each.text), each.bold) for each in spans) if column.is_name else spans


def _columns(table: TableName, keys: Sequence[str]) -> list[PrintedColumn]:
    known: dict[str, list[PrintedColumn]] = {}
    for column in LAYOUTS[table]:
        known.setdefault(column.key, []).append(column)
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise UnknownColumn(
            f"The table {table} has no column {unknown[0]}. Its columns are: {', '.join(known)}; or use all."
        )
    return [column for key in keys for column in known[key]]
