"""Finds the two submissions of a matchup.

The user gives each submission as `model`, `model@label` or an id, and may append the seed of the clips to
show: `model#2`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from benchmark.protocol import RenditionRecipe, SubmissionStatus
from benchmark.wire.drafts import MatchupRequest, StudyRequest
from benchmark.wire.submissions import SubmissionResponse
from benchmark.wire.validation import checked_request

_PUBLIC_ID = re.compile(r"[0-9a-f]{16}")


def study_request(
    draft: Mapping[str, object], matchups: Sequence[str], known: Sequence[SubmissionResponse], version: int
) -> StudyRequest:
    """Return the request that creates a study.

    Args:
        draft: all fields of the request except the matchups.
        matchups: texts of the form `REF:OTHER` or `REF:OTHER:RENDITIONS`.
        known: the submissions that `matchups` may name; submissions on a benchmark version other than
            `version` are ignored.

    Raises:
        click.UsageError: a matchup cannot be read.
        InvalidRequest: a field is wrong.
    """
    rows = [row for row in known if (row.benchmark, row.benchmark_version) == (draft["benchmark"], version)]
    return checked_request(StudyRequest, **draft, matchups=[read_matchup(text, rows) for text in matchups])


def read_matchup(text: str, submissions: Sequence[SubmissionResponse]) -> MatchupRequest:
    """Parse a matchup of the form `REF:OTHER` or `REF:OTHER:RENDITIONS`.

    Raises:
        click.UsageError: the text does not have this form, or a side matches no submission or several
            submissions.
    """
    reference, other, renditions = _parts(text)
    return MatchupRequest(
        reference=_submission_id(reference.submission, submissions),
        reference_seed=reference.seed,
        other=_submission_id(other.submission, submissions),
        other_seed=other.seed,
        renditions=renditions,
    )


def matchup_named(text: str) -> dict[str, str | int | None]:
    """Return a matchup of the form `REF:OTHER` or `REF:OTHER:RENDITIONS` as fields of a request.

    The server finds the submissions by these names.

    Raises:
        click.UsageError: the text does not have this form.
    """
    reference, other, renditions = _parts(text)
    return {
        "reference": reference.submission,
        "reference_seed": reference.seed,
        "other": other.submission,
        "other_seed": other.seed,
        "renditions": renditions,
    }


@dataclass(frozen=True)
class _NamedSide:
    """One side of a matchup, as the user wrote it. Without a seed, the server chooses the smallest seed."""

    submission: str
    seed: int | None

    @classmethod
    def parse(cls, text: str) -> "_NamedSide":
        submission, mark, seed = text.partition("#")
        if not mark:
            return cls(submission, None)
        if not submission or not (seed.isascii() and seed.isdigit()):
            raise click.UsageError(f"{text} has no seed after #. Write a number, such as motif#2.")
        return cls(submission, int(seed))


def _parts(text: str) -> tuple[_NamedSide, _NamedSide, RenditionRecipe | None]:
    """Return a matchup's two sides and its renditions; the renditions are None if the text names none."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(parts):
        raise click.UsageError(f"{text} is not a matchup. Write REFERENCE:OTHER, such as motif:cinemo.")
    reference, other = (_NamedSide.parse(part) for part in parts[:2])
    if len(parts) == 2:
        return reference, other, None
    try:
        return reference, other, RenditionRecipe(parts[2])
    except ValueError as error:
        known = ", ".join(RenditionRecipe)
        raise click.UsageError(f"{parts[2]} is not a kind of renditions. Use one of {known}.") from error


def _submission_id(side: str, submissions: Sequence[SubmissionResponse]) -> str:
    # Skip withdrawn submissions, because later submissions may have the same labels.
    usable = [each for each in submissions if each.status is not SubmissionStatus.WITHDRAWN]
    exact = [each for each in usable if _side(each) == side]
    # A model with a single submission may be named without its label.
    meant = exact or [each for each in usable if each.model == side]
    if len(meant) == 1:
        return meant[0].id
    if meant:
        listed = ", ".join(_side(each) for each in meant)
        raise click.UsageError(f"{side} has several submissions: {listed}. Name one of them.")
    if _PUBLIC_ID.fullmatch(side):
        return side
    known = ", ".join(sorted(_side(each) for each in usable)) or "none"
    raise click.UsageError(f"There is no submission {side}. You may name: {known}.")


def _side(submission: SubmissionResponse) -> str:
    return f"{submission.model}@{submission.label}" if submission.label else submission.model
