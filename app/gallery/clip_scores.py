"""Reads the metric scores that the gallery shows on a pair's page."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.metrics.view_models import SUITE_TITLES
from app.results.views.clips import clip_name
from app.results.views.pair_scores import PairScoreLine, PairScoreTable
from app.security.identity import Principal
from app.security.visibility import sees_submission
from app.tables.bench import Pair
from app.tables.metric_scores import MetricScore, MetricSettings
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.exports.metric_files import ARROWS, EMPTY_SCORE, printed_score
from benchmark.metrics.suites import SUITES
from benchmark.protocol import SubmissionStatus, SuiteName

Scores = Mapping[str, Mapping[str, float]]


def clip_scores(session: Session, pair: Pair, principal: Principal) -> tuple[PairScoreTable, ...]:
    """Return one table of scores for each suite of metrics that measured clips of the pair.

    Each table has a row for each clip of a final submission that the person sees, in the order of the clips.
    If a clip was measured with several settings, the table shows the scores of the newest settings.
    """
    rows = session.execute(
        select(
            MetricSettings.suite,
            MetricScore.metric,
            MetricScore.value,
            VideoModel.slug,
            Submission.label,
            Clip.seed,
        )
        .join(MetricSettings, MetricSettings.id == MetricScore.settings_id)
        .join(Clip, Clip.id == MetricScore.clip_id)
        .join(Submission, Submission.id == Clip.submission_id)
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .where(
            Clip.pair_id == pair.id,
            Submission.status == SubmissionStatus.FINAL,
            MetricScore.value.is_not(None),
            sees_submission(principal),
        )
        .order_by(Submission.id, Clip.seed, MetricScore.settings_id)
    )
    found: defaultdict[SuiteName, dict[str, dict[str, float]]] = defaultdict(dict)
    for row in rows:
        of_clip = found[row.suite].setdefault(clip_name(row.slug, row.label, row.seed), {})
        assert row.value is not None
        of_clip[row.metric] = row.value
    return tuple(_table(suite, found[suite]) for suite in SuiteName if suite in found)


def _table(suite: SuiteName, scores: Scores) -> PairScoreTable:
    lines = (
        PairScoreLine(
            metric.title,
            ARROWS[metric.direction],
            tuple(printed_score(of_clip.get(metric.name), metric) for of_clip in scores.values()),
        )
        for metric in SUITES[suite].metrics
    )
    return PairScoreTable(
        title=SUITE_TITLES[suite],
        anchor=f"metrics-{suite}",
        sides=tuple(scores),
        lines=tuple(line for line in lines if any(cell != EMPTY_SCORE for cell in line.cells)),
        refusals=(),
    )
