"""View models of tables with coloured cells: the heat maps, and the matrix of models against models."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HeatCell:
    """A share of decided pairs in whole percent. `step` is the colour, from -3 to 3; None without a share."""

    text: str
    step: int | None


@dataclass(frozen=True)
class HeatHeader:
    """The header of a row or column. `url` is the page to which the header links; None without a link."""

    name: str
    url: str | None


@dataclass(frozen=True)
class HeatRow:
    header: HeatHeader
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class HeatTable:
    """A heat map of the reference's share, by matchup and by part of the benchmark (such as a scenario).

    Parts of the benchmark are sorted by the reference's share, the largest share first. `anchor` is the HTML
    id of the table.
    """

    anchor: str
    title: str
    lede: str
    parts: tuple[HeatHeader, ...]
    rows: tuple[HeatRow, ...]

    @property
    def is_empty(self) -> bool:
        """Return whether all cells are hidden. A cell with too few decided pairs is hidden."""
        return all(cell.step is None for row in self.rows for cell in row.cells)

    @property
    def matchups(self) -> tuple[HeatHeader, ...]:
        return tuple(row.header for row in self.rows)

    @property
    def fits_narrow_screens(self) -> bool:
        """Return whether the transposed table has fewer columns."""
        return len(self.rows) < len(self.parts)

    @property
    def by_part(self) -> tuple[HeatRow, ...]:
        """Return the transposed table, with one row for each part of the benchmark.

        Narrow screens show the transposed table.
        """
        columns = zip(*(row.cells for row in self.rows), strict=True)
        return tuple(HeatRow(header, cells) for header, cells in zip(self.parts, columns, strict=True))


@dataclass(frozen=True)
class MatrixCell:
    """The share of decided pairs that the row's model won against the column's model.

    `url` is the matchup page's URL.
    """

    text: str
    step: int | None
    url: str
    label: str


@dataclass(frozen=True)
class MatrixRow:
    name: str
    cells: tuple[MatrixCell | None, ...]


@dataclass(frozen=True)
class MatrixTable:
    """A table with one row and one column per model, in the order of the ranking.

    A cell is None if the two models are not compared.
    """

    models: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
