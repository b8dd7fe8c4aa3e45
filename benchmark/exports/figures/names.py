"""What sides and matchups are called in figures: names for people, in place of slugs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmark.stats.votes import Matchup


@dataclass(frozen=True)
class FigureNames:
    """Names by side (`model` or `model@label`); a side without one keeps its own.

    `reference` is the side that stands first in every matchup, None where there are several.
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
        """Return what a row is called: the other side alone where the reference is always the same."""
        return self.side(other) if self.reference else f"{self.side(reference)} / {self.side(other)}"

    @property
    def first(self) -> str:
        """Return what stands over the reference's side."""
        return f"{self.side(self.reference)} better" if self.reference else "First better"

    @property
    def second(self) -> str:
        return "Other better" if self.reference else "Second better"
