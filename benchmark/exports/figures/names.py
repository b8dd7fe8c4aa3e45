"""Builds the display names of sides and matchups in figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmark.stats.votes import Matchup


@dataclass(frozen=True)
class FigureNames:
    """The display name of each side. A side without a display name is shown as `model` or `model@label`.

    `reference` is the common reference of all matchups; None if there are several references.
    """

    reference: str | None
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, matchups: Sequence[Matchup], names: Mapping[str, str] | None = None) -> "FigureNames":
        references = {matchup.reference for matchup in matchups}
        return cls(references.pop() if len(references) == 1 else None, names or {})

    def side(self, side: str) -> str:
        return self.names.get(side, side)

    def matchup(self, reference: str, other: str) -> str:
        """Return the label of a matchup's row.

        The label contains both sides or, if all matchups have the same reference, only the side that is not
        the reference.
        """
        return self.side(other) if self.reference else f"{self.side(reference)} / {self.side(other)}"

    @property
    def reference_heading(self) -> str:
        """The heading above the bars for wins of the reference."""
        return f"{self.side(self.reference)} better" if self.reference else "First better"

    @property
    def other_heading(self) -> str:
        """The heading above the bars for wins of the other side."""
        return "Other better" if self.reference else "Second better"
