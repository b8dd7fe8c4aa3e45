"""Builds the page of one matchup: result, reasons, sensitivity, agreement and all pairs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.pager import Pager, page_count
from app.panels.side_names import Naming
from app.results.service import StudyResults, results_of
from app.results.urls import matchup_url, results_url
from app.results.view_models import AgreementPart
from app.results.views.coverage import agreement_on
from app.results.views.headlines import matchup_sentence
from app.results.views.metric_scores import MetricsPart, metrics_part
from app.results.views.pair_list import PairFilter, PairFilterForm, PairRow, filter_form, pair_rows
from app.results.views.seeds import seeds_sentence
from app.results.views.vote_source import VoteSourceNote, vote_source_note
from app.security.identity import Principal
from app.tables.studies import Study
from benchmark.exports.table_rows import sensitivity
from benchmark.stats.agreement_table import agreements
from benchmark.stats.breakdowns import Division, breakdown
from benchmark.stats.comparisons import ComparisonRow, comparisons
from benchmark.stats.conclusions import justification_conclusion, panel_warning, sensitivity_sentence
from benchmark.stats.justifications import justifications
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup

PAIRS_PER_PAGE = 50


@dataclass(frozen=True)
class MatchupPage:
    """View model of templates/results/matchup.html.

    `reasons` has one sentence for each justification. `sensitivity` has one sentence on images and one on
    scenarios; `panel_warning` is set if comparisons have different numbers of votes. `seeds` is a sentence
    with the seeds of the clips; empty if all clips have seed 0.
    """

    study_title: str
    results_url: str
    reference: str
    other: str
    vote_source: VoteSourceNote | None
    conclusion: str
    vote_share: str
    panel_warning: str | None
    closed_early: str | None
    seeds: str
    reasons: tuple[str, ...]
    sensitivity: tuple[str, ...]
    agreement: AgreementPart
    metrics: MetricsPart | None
    filter: PairFilterForm
    shown: int
    total: int
    pager: Pager
    pairs: tuple[PairRow, ...]


@dataclass(frozen=True)
class _PairList:
    """The comparisons of a matchup, sorted by the reference's lead, and whether each matches the filter."""

    everything: Sequence[ComparisonRow]
    shown: Sequence[ComparisonRow]

    @classmethod
    def of(cls, tallies: Tallies, matchups: Sequence[Matchup], wanted: PairFilter) -> Self:
        by_lead = tallies.select(np.argsort(tallies.votes_other - tallies.votes_reference, kind="stable"))
        everything = list(comparisons(by_lead, matchups))
        return cls(everything, [each for each in everything if wanted.matches(each)])

    def on_page(self, number: int) -> Sequence[ComparisonRow]:
        """Return the comparisons on page `number`, counted from 1."""
        first = (number - 1) * PAIRS_PER_PAGE
        return self.shown[first : first + PAIRS_PER_PAGE]


def matchup_page(
    session: Session, study: Study, number: int, wanted: PairFilter, *, principal: Principal, page: int = 1
) -> MatchupPage:
    """Return the page of one matchup of a study.

    `number` is the number of the matchup, from 1; `page` selects a page of the matchup's list of pairs.

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
    own = replace(tallies, matchup=np.zeros_like(tallies.matchup))
    pairs = _PairList.of(tallies, counted.matchups, wanted)
    pager = _pager(study, index, wanted, page=page, shown=len(pairs.shown))
    return MatchupPage(
        study_title=study.title,
        results_url=results_url(study.slug),
        reference=naming.side(row.reference),
        other=naming.side(row.other or ""),
        vote_source=vote_source_note(session, results),
        conclusion=matchup_sentence(row, naming, results.live.kind),
        vote_share=_vote_share(own, counted.matchups[index], naming),
        panel_warning=panel_warning(own, naming.named([counted.matchups[index]])),
        closed_early=counted.sides[index].close_reason,
        seeds=seeds_sentence(session, study, [counted.sides[index]], naming),
        reasons=_reasons(results, index, naming) if row.votes else (),
        sensitivity=_sensitivity(results, index) if row.votes else (),
        agreement=agreement_on(agreements(own, [counted.matchups[index]]), own),
        metrics=metrics_part(
            session, results, naming, principal, sides=(row.reference, row.other or ""), tallies=tallies
        ),
        filter=filter_form(pairs.everything, wanted, matchup_url(study.slug, index), naming),
        shown=len(pairs.shown),
        total=len(pairs.everything),
        pager=pager,
        pairs=pair_rows(session, study, pairs.on_page(pager.number), naming),
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


def _vote_share(own: Tallies, matchup: Matchup, naming: Naming) -> str:
    """Return a sentence with the reference's share of individual votes; without votes, the text is empty."""
    rows = breakdown(own, [matchup], Division.WHOLE)
    return "".join(
        f"Of {row.votes:,} individual votes, {row.vote_share_reference} % are for "
        f"{naming.side(row.reference)}."
        for row in rows
    )


def _reasons(results: StudyResults, index: int, naming: Naming) -> tuple[str, ...]:
    """Return a sentence per justification.

    The p-values are corrected for all statistical tests of the study.
    """
    if not results.rows[index].gives_reasons:
        return ("No reasons were given.",)
    counted = results.counted
    rows = justifications(counted.tallies, naming.named(counted.matchups), interim=results.is_interim)
    return tuple(justification_conclusion(row, results.live.kind) for row in rows[4 * index : 4 * index + 4])


def _sensitivity(results: StudyResults, index: int) -> tuple[str, ...]:
    """Return two sentences with the numbers of the sensitivity table, one on images and one on scenarios."""
    counted = results.counted
    name = counted.matchups[index].name
    rows = sensitivity(counted.tallies, counted.matchups)
    return tuple(f"By {row.cluster}: {sensitivity_sentence(row)}" for row in rows if row.matchup == name)
