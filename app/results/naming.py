"""What submissions and matchups are called on the results page: the models' own names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.results.page import SideTitles
from app.tables.submissions import VideoModel
from benchmark.stats.preferences import PreferenceRow


@dataclass(frozen=True)
class Naming:
    """Names by the sides that tables use (`model` or `model@label`).

    `reference` is the side that stands first in every matchup, None where there are several.
    """

    models: Mapping[str, str]
    reference: str | None

    @classmethod
    def of(cls, session: Session, rows: Sequence[PreferenceRow]) -> "Naming":
        models = {row.slug: row.name for row in session.execute(select(VideoModel.slug, VideoModel.name))}
        references = {row.reference for row in rows}
        return cls(models, references.pop() if len(references) == 1 else None)

    def side(self, side: str) -> str:
        """Return the name of a side, its label after a dot: `MotiF · lambda-2`."""
        slug, _, label = side.partition("@")
        name = self.models[slug]
        return f"{name} · {label}" if label else name

    def matchup(self, reference: str, other: str) -> str:
        """Return what a row is called: the other side alone where the reference is always the same."""
        return self.side(other) if self.reference else f"{self.side(reference)} / {self.side(other)}"

    @property
    def titles(self) -> SideTitles:
        if self.reference:
            return SideTitles(self.side(self.reference), "Other")
        return SideTitles("First", "Second")
