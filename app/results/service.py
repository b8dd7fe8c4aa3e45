"""Checks access to a study's results, reads the results, and marks interim results."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.results.live.cache import live_counts
from app.results.live.tallies import CountedStudy, LiveCounts
from app.security.identity import Principal
from app.security.visibility import find_study
from app.tables.studies import Study
from benchmark.protocol import StudyStatus
from benchmark.stats.preferences import PreferenceRow, by_score, preferences
from benchmark.wire.results import ResultsResponse


@dataclass(frozen=True)
class StudyResults:
    """The results of a study, read from the database at one moment. Interim results have no p-values."""

    study: Study
    live: LiveCounts
    rows: tuple[PreferenceRow, ...]
    is_interim: bool

    @property
    def counted(self) -> CountedStudy:
        return self.live.counted


def find_results(session: Session, *, slug: str, principal: Principal) -> StudyResults:
    """Return the results of a study.

    Raises:
        NotFound: the study does not exist, or its results are not visible to this person.
    """
    return results_of(session, find_study(session, slug=slug, principal=principal))


def results_of(session: Session, study: Study) -> StudyResults:
    live = live_counts(session, study)
    is_interim = study.status is not StudyStatus.CLOSED
    rows = preferences(live.counted.tallies, live.counted.matchups, interim=is_interim)
    return StudyResults(study, live, tuple(rows), is_interim)


def results_response(results: StudyResults) -> ResultsResponse:
    return ResultsResponse(
        study=results.study.slug,
        status=results.study.status,
        interim=results.is_interim,
        votes_per_comparison=results.study.votes_per_comparison,
        preferences=[vars(row) for row in by_score(results.rows)],
    )
