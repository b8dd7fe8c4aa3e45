"""Builds the names of sides and matchups that pages and figures show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.tables.submissions import VideoModel
from benchmark.stats.votes import Matchup


class Opponents(Protocol):
    """The two sides of a matchup. `other` is None in the row of a macro-average."""

    @property
    def reference(self) -> str: ...

    @property
    def other(self) -> str | None: ...


@dataclass(frozen=True)
class Naming:
    """Display names of sides. In tables, a side is named `model` or `model@label`.

    `reference` is the reference of all matchups; None if the matchups have different references. `labelled`
    contains the models with more than one side; the names of these sides need a label.
    """

    models: Mapping[str, str]
    reference: str | None
    labelled: frozenset[str] = frozenset()

    @classmethod
    def of(cls, session: Session, rows: Sequence[Opponents]) -> "Naming":
        models = {row.slug: row.name for row in session.execute(select(VideoModel.slug, VideoModel.name))}
        references = {row.reference for row in rows}
        sides = references | {row.other for row in rows if row.other}
        count = Counter(side.partition("@")[0] for side in sides)
        return cls(
            models,
            references.pop() if len(references) == 1 else None,
            frozenset(slug for slug, number in count.items() if number > 1),
        )

    def side(self, side: str) -> str:
        """Return a side's display name, with the label if the model has several sides: `MotiF · lambda-2`."""
        slug, _, label = side.partition("@")
        name = self.models[slug]
        return f"{name} · {label}" if label and slug in self.labelled else name

    def matchup(self, reference: str, other: str) -> str:
        """Return the display name of a matchup; a reference that all matchups share is left out."""
        return self.side(other) if self.reference else f"{self.side(reference)} / {self.side(other)}"

    def named(self, matchups: Sequence[Matchup]) -> list[Matchup]:
        """Return the matchups with the display names that sentences use."""
        return [
            Matchup(
                self.matchup(each.reference, each.other),
                self.side(each.reference),
                self.side(each.other),
                each.study,
            )
            for each in matchups
        ]
