"""Formats an annotator's figures for the pages, and explains each figure and flag."""

from app.annotators.queries import AnnotatorReport, Dismissal
from app.annotators.view_models import Cell, Figure, FlagLine, RuleLine
from benchmark.exports.printed_cells import EMPTY
from benchmark.protocol import AnnotatorKind, Flag, RuleAction, RuleStatus
from benchmark.stats.quality import AnnotatorRow

FLAG_NAMES = {
    Flag.FAILS_GOLD: "misses gold questions",
    Flag.SIDE_BIAS: "prefers one side",
    Flag.STRAIGHT_LINING: "long runs of one side",
    Flag.FAST: "decides before a clip ends",
    Flag.SAME_TICKS: "always the same reasons",
    Flag.LOW_AGREEMENT: "agrees less than others",
}
RULE_NAMES = {
    "gold": "Gold questions",
    "consistency": "Repeats",
    "watching": "Watching",
    "speed": "Speed",
    "side": "Side",
    "straight_sides": "Straight-lining of sides",
    "straight_reasons": "Straight-lining of reasons",
}
_CONSEQUENCES = {
    RuleAction.FLAG: "The payment list names the rule.",
    RuleAction.STOP: "The study ends for this annotator.",
    RuleAction.EXCLUDE: "The study ends for this annotator, and the votes are excluded.",
}
_FLAG_EXPLANATIONS = {
    Flag.FAILS_GOLD: (
        "The upper bound of the interval is below 80 % correct answers. Check the gold questions first: "
        "everybody fails an unclear question."
    ),
    Flag.SIDE_BIAS: (
        "Sides are randomised, so the expected share is 50 %. A difference this large occurs by chance once "
        "in 1,000 cases. Possible causes: a broken screen, or clicking without watching."
    ),
    Flag.STRAIGHT_LINING: "A run of votes for one side this long occurs by chance once in 1,000 cases.",
    Flag.FAST: "More than 20 % of the votes were faster than the average clip duration.",
    Flag.SAME_TICKS: (
        "At least 95 % of the votes give the same reasons, and most annotators give other reasons. The usual "
        "cause is a misunderstanding: ask the annotator."
    ),
    Flag.LOW_AGREEMENT: (
        "This annotator agrees with the majority of the others less than the average annotator does. "
        "Disagreement is not misconduct; never exclude for this alone."
    ),
}


def cells_of(report: AnnotatorReport) -> tuple[Cell, ...]:
    """Return one annotator's figures as table cells, in the order of the columns."""
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
    beside = "" if row.fast is None else f"{_percent(row.fast)} faster than a clip"
    return Cell(_seconds(row.median_ms), beside)


def agreement_cell(row: AnnotatorRow) -> Cell:
    return Cell(_percent(row.agreement), _bounds(row.agreement_low, row.agreement_high))


def vote_status(report: AnnotatorReport) -> str:
    """Return a short text that states whether the annotator's votes count."""
    if report.left_at is not None:
        return "left the study"
    if report.kind in (AnnotatorKind.PILOT, AnnotatorKind.PREVIEW):
        return f"{report.kind}, never counts"
    if report.excluded_at is not None:
        return "excluded"
    if report.excluded:
        return f"valid, {report.excluded:,} excluded"
    return "valid" if report.valid else "no votes yet"


def vote_status_with_reason(report: AnnotatorReport) -> str:
    status = vote_status(report)
    return f"{status}: {report.excluded_reason}" if report.excluded_reason else status


def figures_of(report: AnnotatorReport) -> tuple[Figure, ...]:
    """Return one annotator's figures with explanations."""
    row = report.quality
    votes, gold, side, time, agreement, run, reasons = cells_of(report)
    clip = "" if report.clip_ms is None else f" The average clip duration is {_seconds(report.clip_ms)}."
    return (
        Figure("Votes", votes.text, votes.beside, "Votes that count, or that counted before an exclusion."),
        Figure("Gold questions", gold.text, gold.beside, "Share of correct answers to gold questions."),
        Figure(
            "Repeats",
            f"{report.repeats_same} of {report.repeats}" if report.repeats else EMPTY,
            "",
            "Hidden repeats with the same answer as before.",
        ),
        Figure(
            "Side A chosen",
            side.text,
            side.beside,
            "Share of votes for the left clip. Sides are randomised, so 50 % is expected.",
        ),
        Figure("Median time", time.text, time.beside, f"Time from the start of the clips to the vote.{clip}"),
        Figure(
            "Agreement",
            agreement.text,
            f"{agreement.beside} of {row.agreement_n}" if row.agreement_n else "",
            "Share of votes that agree with the majority of the other annotators on the same comparison. "
            "Comparisons where the others tie are left out.",
        ),
        Figure("Longest run", run.text, "", "Largest number of consecutive votes for the same side."),
        Figure(
            "Same reasons",
            reasons.text,
            "",
            "Share of votes with this annotator's most frequent set of reasons.",
        ),
    )


def _dismissal_text(dismissal: Dismissal) -> str:
    # The reason is deleted if the annotator leaves the study.
    return f"{dismissal.actor}: “{dismissal.reason}”" if dismissal.reason else dismissal.actor


def flags_of(report: AnnotatorReport) -> tuple[FlagLine, ...]:
    """Return an annotator's flags with explanations, dismissed flags last."""
    decisions = {each.flag: each for each in report.dismissed}
    lines = [
        FlagLine(
            flag,
            FLAG_NAMES[flag].capitalize(),
            _FLAG_EXPLANATIONS[flag],
            dismissal=_dismissal_text(decisions[flag]) if flag in decisions else None,
        )
        for flag in FLAG_NAMES
        if flag in report.quality.flags
    ]
    return tuple(sorted(lines, key=lambda line: line.dismissal is not None))


def rule_lines(report: AnnotatorReport) -> tuple[RuleLine, ...]:
    """Return the results of the study's quality rules for one annotator."""
    return tuple(
        RuleLine(
            RULE_NAMES[each.name],
            each.status,
            each.sentence,
            _CONSEQUENCES[each.action] if each.status is RuleStatus.FAILED else "",
        )
        for each in report.rules
    )


def flag_names(report: AnnotatorReport) -> tuple[str, ...]:
    """Return the names of the flags that were not dismissed."""
    return tuple(name for flag, name in FLAG_NAMES.items() if flag in report.open_flags)


def _votes_beside(report: AnnotatorReport) -> str:
    return f"and {report.other} not counted" if report.other else ""


def _percent(value: float | None) -> str:
    return EMPTY if value is None else f"{value} %"


def _bounds(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"[{low}, {high}]"


def _seconds(milliseconds: int) -> str:
    """Return a duration as text in seconds with one decimal, rounded half up.

    >>> _seconds(8450)
    '8.5 s'
    """
    tenths = (milliseconds + 50) // 100
    return f"{tenths // 10}.{tenths % 10} s"
