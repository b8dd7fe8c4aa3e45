"""Builds the page that compares automatic metrics with the votes of a study."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.metrics.study_scores import study_scores
from app.panels.side_names import Naming
from app.results.service import results_of
from app.results.study_agreement import no_agreement, study_agreement
from app.results.urls import export_url, results_url
from app.results.view_models import Download
from app.results.views.expected_shares import expected_shares
from app.results.views.metric_scores import SuiteTable, sides_of, suite_tables
from app.results.views.metric_tables import (
    AgreementTable,
    CovariatePart,
    ScenarioTable,
    agreement_table,
    covariate_part,
    metric_sentence,
    scenario_table,
)
from app.results.views.vote_source import VoteSourceNote, vote_source_note
from app.security.identity import Principal
from app.tables.studies import Study

_MEANS = (("Scores", "CSV", "metrics.csv"), ("Scores", "LaTeX", "metrics.latex"))
_COMPARED = (
    ("Agreement", "CSV", "metric_agreement.csv"),
    ("Agreement", "LaTeX", "metric_agreement.latex"),
    ("Covariates", "CSV", "metric_covariates.csv"),
)


@dataclass(frozen=True)
class StudyMetricsPage:
    """View model of templates/results/metrics.html.

    `agreement`, `scenarios` and `covariates` are None until the study is closed. `no_agreement` says why an
    automatic study has no such values; it is empty for other studies.
    """

    slug: str
    study_title: str
    results_url: str
    is_interim: bool
    vote_source: VoteSourceNote | None
    summary: str
    downloads: tuple[Download, ...]
    agreement: AgreementTable | None
    scenarios: ScenarioTable | None
    covariates: CovariatePart | None
    suites: tuple[SuiteTable, ...]
    no_agreement: str

    @property
    def sections(self) -> tuple[tuple[str, str], ...]:
        """Return the sections of the page with their links."""
        parts = (
            ("Agreement", "#metric-agreement", self.agreement is not None),
            ("By scenario", "#metric-scenarios", self.scenarios is not None),
            ("Properties of the clips", "#covariates", self.covariates is not None),
            ("Scores", "#scores", bool(self.suites)),
        )
        return tuple((name, url) for name, url, is_shown in parts if is_shown)


def study_metrics_page(session: Session, study: Study, principal: Principal) -> StudyMetricsPage:
    """Return the page, limited to the scores that the reader may see."""
    results = results_of(session, study)
    naming = Naming.of(session, results.rows)
    scores = study_scores(session, study, principal)
    document = study_agreement(session, results, scores)
    shares = expected_shares(results.counted)
    return StudyMetricsPage(
        slug=study.slug,
        study_title=study.title,
        results_url=results_url(study.slug),
        is_interim=results.is_interim,
        vote_source=vote_source_note(session, results),
        summary=metric_sentence(document),
        downloads=tuple(
            Download(title, form, export_url(study.slug, file))
            for title, form, file in (*(_MEANS if scores.suites else ()), *(_COMPARED if document else ()))
        ),
        agreement=agreement_table(document),
        scenarios=scenario_table(document),
        covariates=covariate_part(document),
        suites=suite_tables(scores, naming, list(shares) or sides_of(results), shares),
        no_agreement=no_agreement(results),
    )
