"""Finds the submissions a matchup means by `model`, `model@label` or a submission's id."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import click

_PUBLIC_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class NamedSubmission:
    id: str
    model: str
    label: str

    @property
    def side(self) -> str:
        return f"{self.model}@{self.label}" if self.label else self.model


@dataclass(frozen=True)
class MatchupIds:
    """The two submissions of a matchup by their public ids."""

    reference: str
    other: str


def read_matchup(text: str, submissions: Sequence[NamedSubmission]) -> MatchupIds:
    """Read `REF:OTHER`.

    Raises:
        click.UsageError: it has another form, or a side means no submission or several.
    """
    sides = text.split(":")
    if len(sides) != 2 or not all(sides):
        raise click.UsageError(f"A matchup is REFERENCE:OTHER, such as motif:cinemo; this is {text}.")
    reference, other = (_submission_id(side, submissions) for side in sides)
    return MatchupIds(reference, other)


def _submission_id(side: str, submissions: Sequence[NamedSubmission]) -> str:
    exact = [each for each in submissions if each.side == side]
    # A model with one submission may be named without its label.
    meant = exact or [each for each in submissions if each.model == side]
    if len(meant) == 1:
        return meant[0].id
    if meant:
        listed = ", ".join(each.side for each in meant)
        raise click.UsageError(f"{side} has several submissions: {listed}. Name the one that is meant.")
    if _PUBLIC_ID.fullmatch(side):
        return side
    known = ", ".join(sorted(each.side for each in submissions)) or "none"
    raise click.UsageError(f"There is no submission {side} among those you may name: {known}.")
