"""Compares the formats of the two sides of each matchup before a study opens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.media.rendition_losses import SideLoss, loss_of
from app.media.renditions import ClipForm, choose_recipe
from app.studies.sides import shown_seeds
from app.tables.submissions import Clip, Submission
from benchmark.plurals import counted
from benchmark.protocol import RenditionRecipe, Side

_FORM = tuple(field.name for field in fields(ClipForm))
Forms = Mapping[str, tuple[ClipForm, ...]]


@dataclass(frozen=True)
class MatchupCheck:
    """The differences between the two sides of a matchup, as sentences.

    Attributes:
        pairs: number of pairs for which both sides have a clip.
        missing: number of the benchmark's other pairs, which cannot be compared.
        differences: one sentence for each difference in size, frame rate, length or sound of the clips.
        losses: what the renditions leave out of each side's clips.
        renditions: how the server prepares the clips of this matchup; None if the matchup uses the renditions
            of the study.
    """

    reference: str
    other: str
    pairs: int
    missing: int
    differences: tuple[str, ...]
    losses: tuple[str, ...]
    renditions: RenditionRecipe | None = None

    @property
    def name(self) -> str:
        return f"{self.reference} / {self.other}"

    @property
    def sentences(self) -> tuple[str, ...]:
        missing = (f"{counted(self.missing, 'pair')} without a clip of both sides.",) if self.missing else ()
        return (*missing, *self.differences, *self.losses)


def clip_forms(session: Session, public_ids: Iterable[str]) -> Forms:
    """Return, for each submission, the different formats of the clips that annotators see."""
    shown = shown_seeds()
    columns = [getattr(Clip, name) for name in _FORM]
    query = (
        select(Submission.public_id, *columns)
        .join(shown, shown.c.submission_id == Submission.id)
        .join(Clip, (Clip.submission_id == Submission.id) & (Clip.seed == shown.c.seed))
        .where(Submission.public_id.in_(set(public_ids)))
        .distinct()
    )
    forms: dict[str, list[ClipForm]] = {}
    for public_id, *facts in session.execute(query):
        forms.setdefault(public_id, []).append(ClipForm(*facts))
    return {public_id: tuple(found) for public_id, found in forms.items()}


def differences(reference: Sequence[ClipForm], other: Sequence[ClipForm]) -> tuple[str, ...]:
    """Return one sentence for each difference between the two sides in size, frame rate, length or sound."""
    sentences = []
    for noun, text in (("Size", _size), ("Frame rate", _rate), ("Length", _length), ("Sound", _sound)):
        sides = [sorted({text(form) for form in forms}) for forms in (reference, other)]
        if sides[0] != sides[1]:
            sentences.append(f"{noun}: {' or '.join(sides[0])}, and {' or '.join(sides[1])}.")
    return tuple(sentences)


def loss_sentences_of(
    reference: Sequence[ClipForm], other: Sequence[ClipForm], names: tuple[str, str], kind: RenditionRecipe
) -> tuple[str, ...]:
    """Return sentences on what renditions leave out; empty if a side has clips of several formats."""
    if len(reference) != 1 or len(other) != 1:
        return ()
    recipe = choose_recipe(reference[0], other[0], kind)
    losses = [
        (side, loss_of(form, recipe)) for side, form in zip(Side, (reference[0], other[0]), strict=True)
    ]
    return tuple(
        SideLoss(side, 1, 1, loss, is_uniform=True).sentence(name)
        for (side, loss), name in zip(losses, names, strict=True)
        if not loss.is_negligible
    )


def _size(form: ClipForm) -> str:
    return f"{form.width}x{form.height} pixels"


def _rate(form: ClipForm) -> str:
    return f"{form.fps:g} frames per second"


def _length(form: ClipForm) -> str:
    return f"{form.frames / form.fps:.1f} s"


def _sound(form: ClipForm) -> str:
    return "with sound, which is removed" if form.has_audio else "without sound"
