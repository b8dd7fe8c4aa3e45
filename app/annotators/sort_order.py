"""Orders the annotators by a column, worst or largest first; who has no such figure comes last."""

from collections.abc import Callable, Sequence

from app.annotators.queries import AnnotatorReport
from app.annotators.view_models import Column, Order, SortBy

Key = Callable[[AnnotatorReport], float | None]

_KEYS: dict[SortBy, Key] = {
    SortBy.VOTES: lambda report: report.valid + report.excluded,
    SortBy.GOLD: lambda report: report.quality.gold,
    # How far from an even share, whichever the side.
    SortBy.SIDE: lambda report: None if report.quality.left is None else abs(report.quality.left - 50),
    SortBy.TIME: lambda report: report.quality.median_ms,
    SortBy.AGREEMENT: lambda report: report.quality.agreement,
    SortBy.RUN: lambda report: report.quality.longest_run,
    SortBy.REASONS: lambda report: report.quality.same_ticks if report.quality.votes else None,
    SortBy.FLAGS: lambda report: len(report.quality.flags),
    SortBy.STANDING: lambda report: 2 * (report.excluded_at is not None) + (report.left_at is not None),
}
# The order a column starts with: what deserves a look comes first.
_FIRST = {
    SortBy.NAME: Order.ASCENDING,
    SortBy.GOLD: Order.ASCENDING,
    SortBy.TIME: Order.ASCENDING,
    SortBy.AGREEMENT: Order.ASCENDING,
}
_TITLES = {
    SortBy.NAME: ("Annotator", "Names are made up; nothing else is known of the person."),
    SortBy.VOTES: ("Votes", "Votes that count, or did before they were excluded."),
    SortBy.GOLD: ("Gold", "Right answers to questions whose answer is known, with a 95 % Wilson interval."),
    SortBy.SIDE: ("Side A", "Votes for the clip on the left; sides are drawn at random."),
    SortBy.TIME: ("Median time", "From the clips' start to the vote."),
    SortBy.AGREEMENT: ("Agreement", "Votes that agree with the majority of the others on the comparison."),
    SortBy.RUN: ("Longest run", "Most votes in a row for the same side of the screen."),
    SortBy.REASONS: ("Same reasons", "Votes with this person's commonest set of reasons."),
    SortBy.FLAGS: ("Noticed", "Signs that deserve a look; none excludes anybody."),
    SortBy.STANDING: ("Votes count as", "Changed by a person only, with a reason."),
}


def first_order(by: SortBy) -> Order:
    return _FIRST.get(by, Order.DESCENDING)


def sort_reports(reports: Sequence[AnnotatorReport], by: SortBy, order: Order) -> list[AnnotatorReport]:
    """Return the annotators in order; equal ones by name."""
    if by is SortBy.NAME:
        return sorted(reports, key=lambda report: report.name, reverse=order is Order.DESCENDING)
    key, sign = _KEYS[by], -1 if order is Order.DESCENDING else 1

    def place(report: AnnotatorReport) -> tuple[bool, float, str]:
        value = key(report)
        return value is None, sign * (value or 0), report.name

    return sorted(reports, key=place)


def columns(url: str, by: SortBy, order: Order) -> tuple[Column, ...]:
    """Return the heads of the table; the one it is ordered by turns the order round."""
    heads = []
    for each, (title, explanation) in _TITLES.items():
        following = order.opposite if each is by else first_order(each)
        address = f"{url}?sort={each}&order={following}"
        heads.append(Column(title, explanation, address, order if each is by else None))
    return tuple(heads)
