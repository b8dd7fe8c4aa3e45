"""The page of one matchup: what was shown, and the votes of every pair, clearest wins first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.results.live_counts import live_counts
from app.results.naming import Naming
from app.tables.bench import Benchmark, Pair
from app.tables.studies import Study
from benchmark.exports.layouts import Spans, sides_cell
from benchmark.protocol import StudyStatus
from benchmark.stats.comparisons import ComparisonRow, Majority, comparisons
from benchmark.stats.conclusions import conclusion
from benchmark.stats.preferences import preferences


@dataclass(frozen=True)
class PairRow:
    """One comparison; votes are printed `4/1`, the larger in bold. `url` leads to the pair's clips."""

    prompt: str
    image: str
    url: str
    scenario: str
    votes: Spans
    majority: str


@dataclass(frozen=True)
class MatchupPage:
    """Everything templates/results/matchup.html shows."""

    study_title: str
    results_url: str
    reference: str
    other: str
    conclusion: str
    closed_early: str | None
    pairs: tuple[PairRow, ...]


def matchup_page(session: Session, study: Study, number: int) -> MatchupPage:
    """Return the page of a study's matchup, counted from 1.

    Raises:
        NotFound: the study has no such matchup.
    """
    counted = live_counts(session, study).counted
    if number > len(counted.sides):
        raise NotFound("This study has no such matchup.")
    index = number - 1
    is_interim = study.status is not StudyStatus.CLOSED
    rows = preferences(counted.tallies, counted.matchups, interim=is_interim)
    row, naming = rows[index], Naming.of(session, rows)
    reference, other = naming.side(row.reference), naming.side(row.other or "")
    tallies = counted.tallies.select(np.flatnonzero(counted.tallies.matchup == index))
    by_lead = tallies.select(np.argsort(tallies.votes_other - tallies.votes_reference, kind="stable"))
    return MatchupPage(
        study_title=study.title,
        results_url=f"/studies/{study.slug}/results",
        reference=reference,
        other=other,
        conclusion=conclusion(replace(row, reference=reference, other=other)),
        closed_early=counted.sides[index].close_reason,
        pairs=_pair_rows(session, study, list(comparisons(by_lead, counted.matchups)), naming),
    )


def _pair_rows(
    session: Session, study: Study, rows: Sequence[ComparisonRow], naming: Naming
) -> tuple[PairRow, ...]:
    benchmark = session.get_one(Benchmark, study.benchmark_id)
    query = select(Pair.name, Pair.prompt).where(Pair.benchmark_id == benchmark.id)
    prompts = {row.name: row.prompt for row in session.execute(query)}
    return tuple(
        PairRow(
            prompt=prompts[row.pair],
            image=row.image or "",
            url=f"/gallery/{benchmark.slug}/{quote(row.pair, safe='')}",
            scenario=(row.scenario or "").replace("_", " ").capitalize(),
            votes=sides_cell(row.votes_reference, row.votes_other),
            majority=_majority(row, naming),
        )
        for row in rows
    )


def _majority(row: ComparisonRow, naming: Naming) -> str:
    if row.majority is Majority.UNDECIDED:
        return "undecided" if row.votes else "no vote"
    return naming.side(row.reference if row.majority is Majority.REFERENCE else row.other)
