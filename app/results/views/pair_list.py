"""Builds the list of pairs on a matchup's page: the filter form, and one row per comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.panels.side_names import Naming
from app.results.urls import pair_url, scenario_url
from app.results.views.names import readable
from app.tables.bench import Pair
from app.tables.studies import Study
from benchmark.exports.printed_cells import Spans, sides_cell
from benchmark.stats.comparisons import ComparisonRow, Majority


@dataclass(frozen=True)
class PairRow:
    """The row of one comparison.

    The comparison's votes are printed as `4/1`, with the larger number in bold.
    """

    prompt: str
    image: str
    url: str
    scenario: str
    scenario_url: str
    votes: Spans
    majority: str


class PairResult(StrEnum):
    """The result of a matchup on one pair."""

    WON = "won"
    LOST = "lost"
    UNDECIDED = "undecided"
    NO_VOTE = "no_vote"

    @classmethod
    def of(cls, row: ComparisonRow) -> "PairResult":
        if not row.votes:
            return cls.NO_VOTE
        return _RESULTS[row.majority]


_RESULTS = {
    Majority.REFERENCE: PairResult.WON,
    Majority.OTHER: PairResult.LOST,
    Majority.UNDECIDED: PairResult.UNDECIDED,
}


@dataclass(frozen=True)
class PairFilter:
    """The filter of the list of pairs. An empty value matches all pairs."""

    scenario: str = ""
    result: PairResult | None = None

    def matches(self, row: ComparisonRow) -> bool:
        is_result = self.result is None or PairResult.of(row) is self.result
        return is_result and self.scenario in ("", row.scenario or "")


@dataclass(frozen=True)
class FilterOption:
    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class PairFilterForm:
    url: str
    scenarios: tuple[FilterOption, ...]
    results: tuple[FilterOption, ...]

    @property
    def is_used(self) -> bool:
        return any(option.is_chosen for option in (*self.scenarios, *self.results))


def filter_form(
    rows: Sequence[ComparisonRow], wanted: PairFilter, url: str, naming: Naming
) -> PairFilterForm:
    """Return the filter form. The form lists only those scenarios and results that occur in the matchup."""
    scenarios = dict.fromkeys(sorted(row.scenario or "" for row in rows))
    occurring = {PairResult.of(row) for row in rows}
    reference, other = (naming.side(rows[0].reference), naming.side(rows[0].other)) if rows else ("", "")
    names = {
        PairResult.WON: f"{reference} won",
        PairResult.LOST: f"{other} won",
        PairResult.UNDECIDED: "Undecided",
        PairResult.NO_VOTE: "No vote",
    }
    return PairFilterForm(
        url=url,
        scenarios=tuple(
            FilterOption(each, readable(each), each == wanted.scenario) for each in scenarios if each
        ),
        results=tuple(
            FilterOption(each, names[each], each is wanted.result) for each in PairResult if each in occurring
        ),
    )


def pair_rows(
    session: Session, study: Study, rows: Sequence[ComparisonRow], naming: Naming
) -> tuple[PairRow, ...]:
    prompts = prompts_of_pairs(session, study)
    return tuple(
        PairRow(
            prompt=prompts[row.pair],
            image=row.image or "",
            url=pair_url(study.slug, row.pair),
            scenario=readable(row.scenario or ""),
            scenario_url=scenario_url(study.slug, row.scenario or ""),
            votes=sides_cell(row.votes_reference, row.votes_other),
            majority=majority_name(row, naming),
        )
        for row in rows
    )


def prompts_of_pairs(session: Session, study: Study) -> dict[str, str]:
    """Return the prompt of every pair of the study's benchmark, keyed by pair ID."""
    query = select(Pair.name, Pair.prompt).where(Pair.benchmark_id == study.benchmark_id)
    return {row.name: row.prompt for row in session.execute(query)}


def majority_name(row: ComparisonRow, naming: Naming) -> str:
    """Return the display name of the side with the strict majority."""
    if row.majority is Majority.UNDECIDED:
        return "undecided" if row.votes else "no vote"
    return naming.side(row.reference if row.majority is Majority.REFERENCE else row.other)
