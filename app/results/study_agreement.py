"""Computes how automatic metrics agree with a study's votes.

The result is cached until the scores or the votes change.
"""

import hashlib
from collections.abc import Hashable

from sqlalchemy.orm import Session

from app.metrics.cache import StampedCache
from app.metrics.study_scores import StudyScores
from app.results.service import StudyResults
from benchmark.exports.metric_agreement_files import AgreementDocument, agreement_document
from benchmark.protocol import StudyKind
from benchmark.stats.tallies import Tallies
from benchmark.votes.metric_agreement import AUTOMATIC_VOTES

# The agreement of 12 metrics with 14,400 comparisons takes 0.7 s of processor time.
_DOCUMENTS: StampedCache[AgreementDocument] = StampedCache(64)


def study_agreement(
    session: Session,
    results: StudyResults,
    scores: StudyScores,
    *,
    part: Hashable = None,
    tallies: Tallies | None = None,
) -> AgreementDocument | None:
    """Return the agreement for all pairs and by scenario, and the regression on properties of the clips.

    Return None in three cases: the study is not closed, its votes are automatic (`AUTOMATIC_VOTES`), or no
    side has scores that the reader may see.

    Args:
        scores: the scores that the reader may see.
        part: the name of a part of the study; None for the whole study.
        tallies: the votes of the part; by default the votes of the whole study.
    """
    files = [file for suite in scores.suites for file in suite.files]
    if results.is_interim or no_agreement(results) or not files:
        return None
    compared = results.counted.tallies if tallies is None else tallies
    return _DOCUMENTS.get(
        (str(session.get_bind().engine.url), results.study.id, results.study.created_at, part),
        (scores.stamp, _digest(compared)),
        lambda: agreement_document(compared, results.counted.matchups, files, by_scenario=True),
    )


def no_agreement(results: StudyResults) -> str:
    """Return a sentence that says why metrics cannot be compared with these votes; empty if they can."""
    return AUTOMATIC_VOTES if results.live.kind is StudyKind.AUTOMATIC else ""


def _digest(tallies: Tallies) -> str:
    """Return a digest of those values of the tallies from which the agreement is computed."""
    digest = hashlib.sha256()
    for column in (tallies.matchup, tallies.pair, tallies.votes_reference, tallies.votes_other):
        digest.update(column.tobytes())
    return digest.hexdigest()
