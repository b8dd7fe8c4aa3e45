"""Writes the headline and summary of a study, which state the conclusions that the votes support."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.panels.side_names import Naming
from app.results.live.tallies import CountedStudy
from benchmark.exports.printed_cells import TITLES
from benchmark.protocol import Side, StudyKind, StudyStatus
from benchmark.stats.conclusions import SIGNIFICANCE, VOTERS, conclusion, paired_conclusion
from benchmark.stats.paired import paired
from benchmark.stats.preferences import SCORE, PreferenceRow

_LEVELS = (0.001, 0.01, SIGNIFICANCE)
# Maximum number of matchups for which the page states a sentence per pair of opponents.
_MOST_OPPONENTS = 10
_STARTS = {
    StudyKind.HUMAN: "In blind comparisons of two clips from the same image and text, people",
    StudyKind.IMPORTED: "In an imported study, people",
    StudyKind.AUTOMATIC: "An automatic judge compared two clips from the same image and text, and",
}
_INTERIM = {
    StudyStatus.DRAFT: "This study is not open yet",
    StudyStatus.OPEN: "The study is open",
    StudyStatus.PAUSED: "The study is paused",
}


@dataclass(frozen=True)
class Outcome:
    """The matchups of a study (without averages), and the matchups whose two sides differ significantly.

    `kind` is the source of the votes.
    """

    rows: tuple[PreferenceRow, ...]
    won: tuple[PreferenceRow, ...]
    lost: tuple[PreferenceRow, ...]
    kind: StudyKind = StudyKind.HUMAN

    @classmethod
    def of(cls, rows: Sequence[PreferenceRow], kind: StudyKind = StudyKind.HUMAN) -> "Outcome":
        shown = [row for row in rows if row.p_holm is not None and row.p_holm < SIGNIFICANCE]
        won = tuple(row for row in shown if _leads(row))
        return cls(tuple(rows), won, tuple(row for row in shown if not _leads(row)), kind)

    @property
    def voters(self) -> str:
        return VOTERS[self.kind]

    @property
    def shown(self) -> tuple[PreferenceRow, ...]:
        return self.won + self.lost

    @property
    def votes(self) -> int:
        return sum(row.votes for row in self.rows)

    @property
    def undecided(self) -> int:
        """Return the number of pairs for which both sides have the same number of votes."""
        return sum(row.pairs_undecided for row in self.rows)


def interim_headline(status: StudyStatus, *, votes: int, wanted: int) -> str:
    """Return the progress of an unfinished study, without a conclusion."""
    if status is StudyStatus.DRAFT:
        return "This study is not open yet."
    if not votes:
        return f"No votes yet; {wanted:,} are needed."
    return f"So far {votes:,} of {wanted:,} votes are in."


def interim_summary(status: StudyStatus) -> tuple[str, ...]:
    return (
        f"{_INTERIM[status]}, so these numbers are interim and may still change. No tests are run before the "
        "study closes: repeated testing would find differences that do not exist.",
    )


def headline(outcome: Outcome, naming: Naming) -> str:
    """Return the result of a closed study in one sentence."""
    if not outcome.votes:
        return "This study closed without votes."
    if naming.reference is None:
        return _headline_of_many(outcome)
    reference = naming.side(naming.reference)
    if len(outcome.rows) == 1:
        return _headline_of_one(outcome, reference, naming.side(outcome.rows[0].other or ""))
    return _headline_of_reference(outcome, reference)


def summary(outcome: Outcome, naming: Naming) -> tuple[str, ...]:
    """Return the sentences that the page shows below the headline of a closed or imported study."""
    if not outcome.votes:
        return ()
    sentences = (
        _ranges(outcome, naming, _STARTS[outcome.kind]),
        _tests(outcome),
        _undecided(outcome),
        _reasons(outcome, naming),
    )
    return (" ".join(sentence for sentence in sentences if sentence),)


def matchup_sentence(row: PreferenceRow, naming: Naming, kind: StudyKind) -> str:
    """Return a sentence, with model names, that states the result of a matchup or of an average."""
    other = naming.side(row.other) if row.other else None
    return conclusion(replace(row, reference=naming.side(row.reference), other=other), kind)


def opponents(counted: CountedStudy, naming: Naming, *, is_interim: bool) -> tuple[str, ...]:
    """Return one sentence for each combination of two matchups, if the study has a single reference.

    The result is empty if there are several references or many matchups. A separate table compares matchups
    with each other; it has one row for each combination of two matchups.
    """
    if naming.reference is None or len(counted.matchups) > _MOST_OPPONENTS:
        return ()
    rows = paired(counted.tallies, naming.named(counted.matchups), interim=is_interim)
    return tuple(paired_conclusion(row) for row in rows)


def _headline_of_one(outcome: Outcome, reference: str, other: str) -> str:
    if outcome.won:
        return f"{outcome.voters} preferred {reference} to {other}."
    if outcome.lost:
        return f"{outcome.voters} preferred {other} to {reference}."
    return f"No difference was shown between {reference} and {other}."


def _headline_of_reference(outcome: Outcome, reference: str) -> str:
    others, won, lost = len(outcome.rows), len(outcome.won), len(outcome.lost)
    if won == others:
        return f"{outcome.voters} preferred {reference} to all {others} others."
    if lost == others:
        return f"{outcome.voters} preferred all {others} others to {reference}."
    if won and lost:
        return (
            f"{outcome.voters} preferred {reference} to {won} of {others} others, and preferred {lost} to "
            f"{reference}."
        )
    if won:
        return f"{outcome.voters} preferred {reference} to {won} of {others} others."
    if lost:
        return f"{outcome.voters} preferred {lost} of {others} others to {reference}."
    return f"No difference was shown between {reference} and any of {others} others."


def _headline_of_many(outcome: Outcome) -> str:
    if not outcome.shown:
        return f"No difference was shown in any of {len(outcome.rows)} matchups."
    return f"{outcome.voters} showed a preference in {len(outcome.shown)} of {len(outcome.rows)} matchups."


def _ranges(outcome: Outcome, naming: Naming, start: str) -> str:
    if naming.reference is None:
        return f"{start} chose between two models at a time."
    shares = [share for row in outcome.rows if (share := row.share(SCORE, Side.REFERENCE)) is not None]
    if not shares:
        return f"{start} were divided evenly on every pair."
    low, high = min(shares), max(shares)
    span = f"{low} %" if low == high else f"{low} to {high} %"
    each = "" if len(outcome.rows) == 1 else " per matchup"
    return f"{start} chose {naming.side(naming.reference)} in {span} of the decided pairs{each}."


def _tests(outcome: Outcome) -> str:
    tested = [row for row in outcome.rows if row.p_holm is not None]
    if not tested:
        return ""
    how = (
        "exact sign test"
        if len(tested) == 1
        else f"exact sign test, Holm-corrected for {len(tested)} matchups"
    )
    if not outcome.shown:
        after = "" if len(tested) == 1 else " after Holm correction"
        return f"Not significant{after} (exact sign test, p ≥ 0.05); this does not prove equality."
    level = next(level for level in _LEVELS if all((row.p_holm or 0) < level for row in outcome.shown))
    if len(outcome.shown) == len(outcome.rows):
        subject = (
            "The difference is significant" if len(outcome.rows) == 1 else "Every difference is significant"
        )
        return f"{subject} ({how}, p < {level})."
    return (
        f"{len(outcome.shown)} of {len(outcome.rows)} differences are significant ({how}, p < {level}). The "
        "others are not significant after Holm correction; this does not prove equality."
    )


def _undecided(outcome: Outcome) -> str:
    if not outcome.undecided:
        return ""
    if outcome.undecided == 1:
        return "1 pair has equal votes and counts for neither side."
    return f"{outcome.undecided:,} pairs have equal votes and count for neither side."


def _reasons(outcome: Outcome, naming: Naming) -> str:
    """Return the two most frequent reasons for the reference; empty if the reference was not preferred."""
    if naming.reference is None or not outcome.won:
        return ""
    ticks = {reason: sum(getattr(row, f"{reason}_reference_n") for row in outcome.rows) for reason in TITLES}
    first, second = sorted(TITLES, key=lambda reason: -ticks[reason])[:2]
    if not ticks[second]:
        return ""
    names = [reason.value.replace("_", " ") for reason in (first, second)]
    return f"The reasons given most often for {naming.side(naming.reference)} were {names[0]} and {names[1]}."


def _leads(row: PreferenceRow) -> bool:
    return (row.ti2v_score_reference_n or 0) > (row.ti2v_score_other_n or 0)
