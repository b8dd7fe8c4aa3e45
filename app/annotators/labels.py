"""Prints an annotator's figures, and says in words what a flag means and what it does not."""

from app.annotators.queries import AnnotatorReport
from app.annotators.view_models import Cell, Figure
from benchmark.exports.table_format import EMPTY
from benchmark.protocol import Flag
from benchmark.stats.quality import AnnotatorRow

FLAG_WORDS = {
    Flag.FAILS_GOLD: "misses gold questions",
    Flag.SIDE_BIAS: "prefers one side",
    Flag.STRAIGHT_LINING: "long runs of one side",
    Flag.FAST: "decides before a clip ends",
    Flag.SAME_TICKS: "always the same reasons",
    Flag.LOW_AGREEMENT: "agrees less than others",
}
_FLAG_MEANINGS = {
    Flag.FAILS_GOLD: (
        "Even the upper bound of the interval is below 80 % right answers. Look at the gold questions first: "
        "an unclear one fails everybody."
    ),
    Flag.SIDE_BIAS: (
        "Sides are drawn at random, so nobody should prefer one; chance does this once in a thousand times."
    ),
    Flag.STRAIGHT_LINING: ("So long a run of votes for one side happens by chance once in a thousand times."),
    Flag.FAST: "More than a fifth of the votes came in less time than one clip plays.",
    Flag.SAME_TICKS: (
        "At least 95 % of the votes tick the very same reasons, and they are not the ones most people tick."
    ),
    Flag.LOW_AGREEMENT: (
        "They agree with the majority of the others less than people do on the whole. That may be another "
        "taste, and is no reason on its own."
    ),
}


def cells_of(report: AnnotatorReport) -> tuple[Cell, ...]:
    """Return the figures of one annotator in the order of the table's columns."""
    return (
        Cell(f"{report.valid + report.excluded:,}", _votes_beside(report)),
        gold_cell(report.quality),
        side_cell(report.quality),
        time_cell(report),
        agreement_cell(report.quality),
        Cell(EMPTY if report.quality.longest_run is None else f"{report.quality.longest_run:,}"),
        Cell(_percent(report.quality.same_ticks) if report.quality.votes else EMPTY),
    )


def gold_cell(row: AnnotatorRow) -> Cell:
    if not row.gold_n:
        return Cell("no gold")
    return Cell(_percent(row.gold), f"{_bounds(row.gold_low, row.gold_high)} of {row.gold_n}")


def side_cell(row: AnnotatorRow) -> Cell:
    return Cell(_percent(row.left), _bounds(row.left_low, row.left_high))


def time_cell(report: AnnotatorReport) -> Cell:
    row = report.quality
    if row.median_ms is None:
        return Cell(EMPTY)
    beside = "" if row.fast is None else f"{_percent(row.fast)} under a clip"
    return Cell(_seconds(row.median_ms), beside)


def agreement_cell(row: AnnotatorRow) -> Cell:
    return Cell(_percent(row.agreement), _bounds(row.agreement_low, row.agreement_high))


def standing_of(report: AnnotatorReport) -> str:
    """Return what an annotator's votes count as, in a few words."""
    if report.left_at is not None:
        return "left the study"
    if report.excluded_at is not None:
        return "excluded"
    if report.excluded:
        return f"valid but for {report.excluded:,}"
    return "valid" if report.valid else "nothing so far"


def standing_with_reason(report: AnnotatorReport) -> str:
    standing = standing_of(report)
    return f"{standing}: {report.excluded_reason}" if report.excluded_reason else standing


def figures_of(report: AnnotatorReport) -> tuple[Figure, ...]:
    """Return the figures of one annotator with what each means."""
    row = report.quality
    votes, gold, side, time, agreement, run, reasons = cells_of(report)
    clip = "" if report.clip_ms is None else f" A clip plays {_seconds(report.clip_ms)} on average."
    return (
        Figure("Votes", votes.text, votes.beside, "that count, or did before they were excluded."),
        Figure("Gold questions", gold.text, gold.beside, "right answers where the right one is known."),
        Figure("Side A chosen", side.text, side.beside, "near 50 %, since sides are drawn at random."),
        Figure("Median time", time.text, time.beside, f"from the clips' start to the vote.{clip}"),
        Figure(
            "Agreement",
            agreement.text,
            f"{agreement.beside} of {row.agreement_n}" if row.agreement_n else "",
            "votes that agree with the majority of the others on the same comparison; their ties left out.",
        ),
        Figure("Longest run", run.text, "", "most votes in a row for the same side of the screen."),
        Figure("Same reasons", reasons.text, "", "votes with this person's commonest set of reasons."),
    )


def flags_of(row: AnnotatorRow) -> tuple[Figure, ...]:
    """Return what was noticed about an annotator, and what it means."""
    return tuple(
        Figure(FLAG_WORDS[flag].capitalize(), "", "", _FLAG_MEANINGS[flag])
        for flag in FLAG_WORDS
        if flag in row.flags
    )


def flag_words(row: AnnotatorRow) -> tuple[str, ...]:
    return tuple(words for flag, words in FLAG_WORDS.items() if flag in row.flags)


def _votes_beside(report: AnnotatorReport) -> str:
    return f"and {report.other} that do not count" if report.other else ""


def _percent(value: float | None) -> str:
    return EMPTY if value is None else f"{value} %"


def _bounds(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"[{low}, {high}]"


def _seconds(milliseconds: int) -> str:
    """Return a time in seconds at one decimal, half up.

    >>> _seconds(8450)
    '8.5 s'
    """
    tenths = (milliseconds + 50) // 100
    return f"{tenths // 10}.{tenths % 10} s"
