"""Sorts annotators by a table column; annotators without a value come last."""

from collections.abc import Callable, Sequence

from app.annotators.queries import AnnotatorReport
from app.annotators.view_models import Column, Order, SortBy

Key = Callable[[AnnotatorReport], float | None]

_KEYS: dict[SortBy, Key] = {
    SortBy.VOTES: lambda report: report.valid + report.excluded,
    SortBy.GOLD: lambda report: report.quality.gold,
    # Sort by the absolute distance from 50 %.
    SortBy.SIDE: lambda report: None if report.quality.left is None else abs(report.quality.left - 50),
    SortBy.TIME: lambda report: report.quality.median_ms,
    SortBy.AGREEMENT: lambda report: report.quality.agreement,
    SortBy.RUN: lambda report: report.quality.longest_run,
    SortBy.REASONS: lambda report: report.quality.same_ticks if report.quality.votes else None,
    SortBy.FLAGS: lambda report: len(report.quality.flags),
    SortBy.STATUS: lambda report: 2 * (report.excluded_at is not None) + (report.left_at is not None),
}
# The first click on a column sorts the most conspicuous annotator to the top.
_FIRST = {
    SortBy.NAME: Order.ASCENDING,
    SortBy.GOLD: Order.ASCENDING,
    SortBy.TIME: Order.ASCENDING,
    SortBy.AGREEMENT: Order.ASCENDING,
}
_TITLES = {
    SortBy.NAME: ("Annotator", "A pseudonym; the service stores no names."),
    SortBy.VOTES: ("Votes", "Votes that count, or that counted before an exclusion."),
    SortBy.GOLD: ("Gold", "Share of correct answers to gold questions, with a 95 % Wilson interval."),
    SortBy.SIDE: ("Side A", "Share of votes for the left clip; sides are randomised."),
    SortBy.TIME: ("Median time", "Time from the start of the clips to the vote."),
    SortBy.AGREEMENT: (
        "Agreement",
        "Share of votes that agree with the majority of the others on the same comparison.",
    ),
    SortBy.RUN: ("Longest run", "Largest number of consecutive votes for the same side."),
    SortBy.REASONS: ("Same reasons", "Share of votes with this annotator's most frequent set of reasons."),
    SortBy.FLAGS: ("Flags", "Hints for a person to check; a flag never excludes anybody."),
    SortBy.STATUS: (
        "Status",
        "Whether the annotator's votes count. Only a person can change this, with a reason.",
    ),
}


def first_order(by: SortBy) -> Order:
    return _FIRST.get(by, Order.DESCENDING)


def sort_reports(reports: Sequence[AnnotatorReport], by: SortBy, order: Order) -> list[AnnotatorReport]:
    """Return the annotators in the requested order; annotators with equal values are ordered by name."""
    if by is SortBy.NAME:
        return sorted(reports, key=lambda report: report.name, reverse=order is Order.DESCENDING)
    key, sign = _KEYS[by], -1 if order is Order.DESCENDING else 1

    def sort_key(report: AnnotatorReport) -> tuple[bool, float, str]:
        value = key(report)
        return value is None, sign * (value or 0), report.name

    return sorted(reports, key=sort_key)


def columns(url: str, by: SortBy, order: Order) -> tuple[Column, ...]:
    """Return the column headers, each with a link that sorts by the column.

    The link of the sorted column reverses the order.
    """
    heads = []
    for each, (title, explanation) in _TITLES.items():
        following = order.opposite if each is by else first_order(each)
        address = f"{url}?sort={each}&order={following}"
        heads.append(Column(title, explanation, address, order if each is by else None))
    return tuple(heads)
