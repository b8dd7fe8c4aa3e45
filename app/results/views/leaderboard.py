"""Builds the leaderboard of a study: the rank of each model, with the rank's uncertainty.

The results page shows the leaderboard only for studies with several references; every study has a leaderboard
page.
"""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.metrics.study_scores import study_scores
from app.panels.side_names import Naming
from app.results.live.tallies import CountedStudy
from app.results.service import results_of
from app.results.urls import export_url, metrics_url, results_url
from app.results.view_models import Download, RankRow, Ranks
from app.results.views.expected_shares import expected_shares
from app.results.views.metric_scores import SuiteTable, sides_of, suite_tables
from app.results.views.vote_source import VoteSourceNote, vote_source_note
from app.security.identity import Principal
from app.tables.studies import Study
from benchmark.exports.printed_cells import EMPTY, STRENGTH_DECIMALS, interval_cell, number_cell
from benchmark.stats.leaderboard import LeaderboardRow, leaderboard, leaderboard_sentence


@dataclass(frozen=True)
class LeaderboardPage:
    """View model of templates/results/leaderboard.html.

    `ranks` is None before the first vote. `suites` has the metric scores of the models in the order of the
    ranks.
    """

    study_title: str
    results_url: str
    is_interim: bool
    vote_source: VoteSourceNote | None
    downloads: tuple[Download, ...]
    ranks: Ranks | None
    suites: tuple[SuiteTable, ...]
    metrics_url: str


def leaderboard_page(session: Session, study: Study, principal: Principal) -> LeaderboardPage:
    """Return the leaderboard, with those metric scores that the reader may see."""
    results = results_of(session, study)
    naming = Naming.of(session, results.rows)
    shares = expected_shares(results.counted)
    scores = study_scores(session, study, principal)
    return LeaderboardPage(
        study_title=study.title,
        results_url=results_url(study.slug),
        is_interim=results.is_interim,
        vote_source=vote_source_note(session, results),
        downloads=tuple(
            Download("Leaderboard", title, export_url(study.slug, f"leaderboard.{form}"))
            for title, form in (("CSV", "csv"), ("LaTeX", "latex"), ("Markdown", "markdown"))
        ),
        ranks=ranks_of(results.counted, naming, is_interim=results.is_interim),
        suites=suite_tables(scores, naming, list(shares) or sides_of(results), shares),
        metrics_url=metrics_url(study.slug),
    )


def ranks(counted: CountedStudy, naming: Naming, *, is_interim: bool) -> Ranks | None:
    """Return the ranking of models.

    Return None if the study has a single reference, because table 1 then shows the models in the same order.
    """
    return None if naming.reference is not None else ranks_of(counted, naming, is_interim=is_interim)


def ranks_of(counted: CountedStudy, naming: Naming, *, is_interim: bool) -> Ranks | None:
    """Return the ranking; None before the first vote.

    While a study is open, the ranking has no sentence that names the best model, because such a sentence
    would be a conclusion.
    """
    if not counted.tallies.votes.any():
        return None
    rows = leaderboard(counted.tallies, counted.matchups)
    return Ranks(
        sentence=""
        if is_interim
        else leaderboard_sentence([replace(row, model=naming.side(row.model)) for row in rows]),
        rows=tuple(_row(row, naming) for row in rows),
    )


def _row(row: LeaderboardRow, naming: Naming) -> RankRow:
    return RankRow(
        rank=EMPTY if row.rank is None else str(row.rank),
        possible=_span(row.rank_low, row.rank_high),
        name=naming.side(row.model),
        strength=number_cell(row.strength, STRENGTH_DECIMALS),
        interval=interval_cell(row.strength_low, row.strength_high, STRENGTH_DECIMALS),
        expected_share=EMPTY if row.expected_share is None else str(row.expected_share),
        votes=row.votes,
    )


def _span(low: int | None, high: int | None) -> str:
    if low is None or high is None:
        return EMPTY
    return str(low) if low == high else f"{low}–{high}"
