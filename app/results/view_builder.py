"""Builds the overview page of a study's results."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.panels.side_names import Naming
from app.results.exports import note_of
from app.results.live.tallies import CountedStudy
from app.results.service import StudyResults, results_of
from app.results.urls import export_url, leaderboard_url
from app.results.view_models import Coverage, Download, ResultsPage, TableTerm
from app.results.views import headlines
from app.results.views.coverage import agreement_part, coverage
from app.results.views.exclusions import exclusions_part
from app.results.views.heatmap import heat_tables
from app.results.views.leaderboard import ranks
from app.results.views.matrix import matrix
from app.results.views.metric_scores import metrics_part
from app.results.views.names import side_titles
from app.results.views.rows import average_rows, figure_of, matchup_facts, table_rows
from app.results.views.seeds import seeds_sentence
from app.results.views.vote_source import vote_source_note
from app.security.identity import Principal
from app.tables.studies import Study
from benchmark.exports.notes import PREFERENCES_FORMAT, PREFERENCES_TERMS
from benchmark.stats.conclusions import panel_warning
from benchmark.stats.preferences import PreferenceRow, by_score

_DOWNLOADS = (
    ("Preferences", "CSV", "preferences.csv"),
    ("Preferences", "LaTeX", "preferences.latex?names=models"),
    ("Preferences", "Markdown", "preferences.markdown"),
    ("Reasons", "CSV", "justifications.csv"),
    ("Agreement", "CSV", "agreement.csv"),
    ("Comparisons", "CSV", "comparisons.csv"),
    ("Parts", "CSV", "breakdowns.csv"),
    ("Sensitivity", "CSV", "sensitivity.csv"),
    ("Two matchups", "CSV", "paired.csv"),
    ("Leaderboard", "CSV", "leaderboard.csv"),
    ("Votes", "CSV", "votes.csv"),
    ("Votes", "Parquet", "votes.parquet"),
    ("Playback", "Parquet", "playback.parquet"),
)
# The page has four links to each matchup, and relative URLs are shorter.
_RELATIVE = "results"
_METRIC_DOWNLOADS = (
    ("Metrics", "CSV", "metrics.csv"),
    ("Metric agreement", "CSV", "metric_agreement.csv"),
)


def build_results_page(session: Session, study: Study, principal: Principal) -> ResultsPage:
    """Return the results page of a study with the current votes, limited to what the reader may see."""
    results = results_of(session, study)
    counted = results.counted
    rows = [row for row in results.rows if not row.is_average]
    averages = [row for row in results.rows if row.is_average]
    naming = Naming.of(session, rows)
    sorted_rows, covered = by_score(rows), coverage(session, study, results.live)
    shown, facts = [*sorted_rows, *averages], matchup_facts(counted, results_url=_RELATIVE)
    headline, summary = _headline(results, rows, naming, covered)
    metrics = metrics_part(session, results, naming, principal)
    return ResultsPage(
        slug=study.slug,
        title=study.title,
        status=study.status,
        is_interim=results.is_interim,
        vote_source=vote_source_note(session, results),
        headline=headline,
        summary=summary,
        downloads=_downloads(study, with_metrics=metrics is not None),
        sides=side_titles(naming),
        figure=figure_of(shown, naming=naming, facts=facts),
        table=table_rows(sorted_rows, naming=naming, facts=facts),
        averages=average_rows(averages, naming=naming),
        sentences=tuple(headlines.matchup_sentence(row, naming, results.live.kind) for row in shown),
        opponents=headlines.opponents(counted, naming, is_interim=results.is_interim),
        table_format=PREFERENCES_FORMAT,
        table_terms=tuple(TableTerm(*term) for term in PREFERENCES_TERMS),
        table_counts=note_of(results).counts,
        seeds=seeds_sentence(session, study, counted.sides, naming),
        panel_warning=panel_warning(counted.tallies, naming.named(counted.matchups)),
        closed_early=_closed_early(counted, naming),
        exclusions=exclusions_part(results.live, _matchup_names(sorted_rows, naming)),
        leaderboard_url=leaderboard_url(study.slug),
        ranks=ranks(counted, naming, is_interim=results.is_interim),
        matrix=matrix(counted, sorted_rows, naming, facts),
        coverage=covered,
        agreement=agreement_part(counted, naming),
        metrics=metrics,
        heats=heat_tables(counted, sorted_rows, naming, facts),
    )


def _downloads(study: Study, *, with_metrics: bool) -> tuple[Download, ...]:
    files = (*_DOWNLOADS, *(_METRIC_DOWNLOADS if with_metrics else ()))
    return tuple(Download(title, form, export_url(study.slug, file)) for title, form, file in files)


def _matchup_names(rows: Sequence[PreferenceRow], naming: Naming) -> dict[str, str]:
    return {row.matchup: naming.matchup(row.reference, row.other or "") for row in rows}


def _headline(
    results: StudyResults, rows: Sequence[PreferenceRow], naming: Naming, covered: Coverage
) -> tuple[str, tuple[str, ...]]:
    """Return the headline of the results page, and the sentences below the headline."""
    status = results.study.status
    if results.is_interim:
        so_far = headlines.interim_headline(status, votes=covered.votes, wanted=covered.wanted)
        return so_far, headlines.interim_summary(status)
    outcome = headlines.Outcome.of(rows, results.live.kind)
    said = headlines.summary(outcome, naming)
    return headlines.headline(outcome, naming), said


def _closed_early(counted: CountedStudy, naming: Naming) -> tuple[str, ...]:
    return tuple(
        f"{naming.matchup(each.reference, each.other)}: {each.close_reason}"
        for each in counted.sides
        if each.close_reason
    )
