"""Builds the page of one matchup: result, reasons, sensitivity, agreement and all pairs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.pager import Pager, page_count
from app.panels.side_names import Naming
from app.results.service import StudyResults, results_of
from app.results.urls import matchup_url, pair_url, results_url, scenario_url
from app.results.view_models import AgreementPart
from app.results.views.coverage import agreement_on
from app.results.views.headlines import matchup_sentence
from app.results.views.names import readable
from app.tables.bench import Pair
from app.tables.studies import Study
from benchmark.exports.table_format import Spans, sides_cell
from benchmark.exports.table_rows import sensitivity
from benchmark.stats.agreement_table import agreements
from benchmark.stats.breakdowns import Division, breakdown
from benchmark.stats.comparisons import ComparisonRow, Majority, comparisons
from benchmark.stats.conclusions import justification_conclusion, panel_warning
from benchmark.stats.justifications import justifications
from benchmark.stats.sensitivity import sensitivity_sentence
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup

PAIRS_PER_PAGE = 50


@dataclass(frozen=True)
class PairRow:
    """One comparison. Its votes are printed as `4/1`; the larger number is bold."""

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
    """The pairs to show; an empty value matches all."""

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


@dataclass(frozen=True)
class MatchupPage:
    """View model of templates/results/matchup.html.

    `reasons` has a sentence per justification, `sensitivity` one on images and one on scenarios;
    `panel_warning` is set if panel sizes differ.
    """

    study_title: str
    results_url: str
    reference: str
    other: str
    is_imported: bool
    conclusion: str
    vote_share: str
    panel_warning: str | None
    closed_early: str | None
    reasons: tuple[str, ...]
    sensitivity: tuple[str, ...]
    agreement: AgreementPart
    filter: PairFilterForm
    shown: int
    total: int
    pager: Pager
    pairs: tuple[PairRow, ...]


def matchup_page(
    session: Session, study: Study, number: int, wanted: PairFilter, *, page: int = 1
) -> MatchupPage:
    """Return the page of a study's matchup, numbered from 1, with one page of its pairs.

    Raises:
        NotFound: the study has no matchup with this number.
    """
    results = results_of(session, study)
    counted = results.counted
    if number > len(counted.sides):
        raise NotFound("This study has no matchup with this number.")
    index = number - 1
    row, naming = results.rows[index], Naming.of(session, results.rows)
    tallies = counted.tallies.select(np.flatnonzero(counted.tallies.matchup == index))
    by_lead = tallies.select(np.argsort(tallies.votes_other - tallies.votes_reference, kind="stable"))
    own = replace(tallies, matchup=np.zeros_like(tallies.matchup))
    everything = list(comparisons(by_lead, counted.matchups))
    shown = [each for each in everything if wanted.matches(each)]
    pager = _pager(study, index, wanted, page=page, shown=len(shown))
    first = (pager.number - 1) * PAIRS_PER_PAGE
    return MatchupPage(
        study_title=study.title,
        results_url=results_url(study.slug),
        reference=naming.side(row.reference),
        other=naming.side(row.other or ""),
        is_imported=results.live.is_imported,
        conclusion=matchup_sentence(row, naming),
        vote_share=_vote_share(own, counted.matchups[index], naming),
        panel_warning=panel_warning(own, naming.named([counted.matchups[index]])),
        closed_early=counted.sides[index].close_reason,
        reasons=_reasons(results, index, naming) if row.votes else (),
        sensitivity=_sensitivity(results, index) if row.votes else (),
        agreement=agreement_on(agreements(own, [counted.matchups[index]]), own),
        filter=_filter_form(everything, wanted, matchup_url(study.slug, index), naming),
        shown=len(shown),
        total=len(everything),
        pager=pager,
        pairs=_pair_rows(session, study, shown[first : first + PAIRS_PER_PAGE], naming),
    )


def _pager(study: Study, index: int, wanted: PairFilter, *, page: int, shown: int) -> Pager:
    count = page_count(shown, PAIRS_PER_PAGE)
    return Pager(
        number=min(page, count),
        count=count,
        path=matchup_url(study.slug, index),
        query=(("scenario", wanted.scenario), ("result", wanted.result or "")),
        anchor="pairs",
    )


def _filter_form(
    rows: Sequence[ComparisonRow], wanted: PairFilter, url: str, naming: Naming
) -> PairFilterForm:
    """Return the filter form. The form offers only scenarios and results that occur in the matchup."""
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


def _vote_share(own: Tallies, matchup: Matchup, naming: Naming) -> str:
    """Return the reference's share of single votes as a sentence; empty without votes."""
    rows = breakdown(own, [matchup], Division.WHOLE)
    return "".join(
        f"Of {row.votes:,} single votes, {row.vote_share_reference} % went to {naming.side(row.reference)}."
        for row in rows
    )


def _reasons(results: StudyResults, index: int, naming: Naming) -> tuple[str, ...]:
    """Return a sentence per justification. Its p-values are corrected for all tests of the study."""
    if not results.rows[index].gives_reasons:
        return ("No reasons were given.",)
    counted = results.counted
    rows = justifications(counted.tallies, naming.named(counted.matchups), interim=results.is_interim)
    return tuple(justification_conclusion(row) for row in rows[4 * index : 4 * index + 4])


def _sensitivity(results: StudyResults, index: int) -> tuple[str, ...]:
    """Return two sentences that state the numbers of the sensitivity table: for images and for scenarios."""
    counted = results.counted
    name = counted.matchups[index].name
    rows = sensitivity(counted.tallies, counted.matchups)
    return tuple(f"By {row.cluster}: {sensitivity_sentence(row)}" for row in rows if row.matchup == name)


def _pair_rows(
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
    """Return the prompt of every pair of the study's benchmark, by pair ID."""
    query = select(Pair.name, Pair.prompt).where(Pair.benchmark_id == study.benchmark_id)
    return {row.name: row.prompt for row in session.execute(query)}


def majority_name(row: ComparisonRow, naming: Naming) -> str:
    """Return the display name of the side with the strict majority."""
    if row.majority is Majority.UNDECIDED:
        return "undecided" if row.votes else "no vote"
    return naming.side(row.reference if row.majority is Majority.REFERENCE else row.other)
