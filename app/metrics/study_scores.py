"""Reads the metric scores of the submissions that a study compares, if the reader may see the scores."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.metrics.cache import StampedCache, scores_stamp
from app.metrics.queries import metric_table
from app.panels.sides import side_name
from app.security.identity import Principal
from app.security.publication import shows_clips
from app.security.visibility import sees_submission
from app.tables.metric_scores import MetricScore, MetricSettings
from app.tables.studies import Matchup, Study
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.metrics.score_file import ScoreFile, score_file
from benchmark.metrics.table import MetricTable
from benchmark.protocol import SubmissionStatus, SuiteName
from benchmark.votes.metric_agreement import STATIC

# The cache keeps few studies: every page of a study needs the scores of all its sides, up to 100,000 numbers.
_CACHE: StampedCache[tuple["SuiteScores", ...]] = StampedCache(16)


@dataclass(frozen=True)
class SideScores:
    """The scores that one suite of metrics computed for one side (a compared submission).

    Attributes:
        side: `model` or `model@label`.
        table: the scores of all seeds of the submission.
        shown: the scores of the seeds that the study shows.
    """

    side: str
    table: MetricTable
    shown: MetricTable

    @cached_property
    def file(self) -> ScoreFile:
        """The scores of the shown clips, to compare them with the votes."""
        return score_file(self.shown, self.side)


@dataclass(frozen=True)
class SuiteScores:
    """The scores that one suite computed for a study's sides, all with the same settings.

    Attributes:
        sides: the sides with scores, sorted by name.
        other_settings: sides that are left out because their scores were computed with other settings.
        static: the scores of static clips, which have no motion. None if there are no such scores, or if
            `sides` already contains the model `static`.
    """

    suite: SuiteName
    sides: tuple[SideScores, ...]
    other_settings: tuple[str, ...] = ()
    static: SideScores | None = None

    @property
    def files(self) -> list[ScoreFile]:
        """Return the scores of each side and of the static clips."""
        return [each.file for each in (*self.sides, *([self.static] if self.static else []))]


@dataclass(frozen=True)
class _Side:
    name: str
    submission: Submission
    seeds: frozenset[int]


@dataclass(frozen=True)
class StudyScores:
    """The scores of a study, grouped by suite of metrics; `stamp` changes whenever the scores change."""

    suites: tuple[SuiteScores, ...] = ()
    stamp: Hashable = None


def study_scores(session: Session, study: Study, principal: Principal) -> StudyScores:
    """Return the scores of the study's sides, grouped by suite of metrics.

    Only the scores of submissions that the reader may see are returned. A visitor of published results sees
    no scores while a running study compares one of the submissions, because the visitor may be an annotator
    of that study.
    """
    sides = _visible_sides(session, study, principal)
    ids = [side.submission.id for side in sides]
    stamp = scores_stamp(session, ids)
    if not stamp or _is_blind(session, study, principal):
        return StudyScores()
    stamp = (tuple(ids), *stamp)
    key = (str(session.get_bind().engine.url), study.id, tuple((side.name, side.seeds) for side in sides))
    return StudyScores(_CACHE.get(key, stamp, lambda: _read(session, sides)), stamp)


def _read(session: Session, sides: Sequence[_Side]) -> tuple[SuiteScores, ...]:
    measured = _measured(session, [side.submission.id for side in sides])
    found = (_suite(session, suite, sides, measured) for suite in SuiteName)
    return tuple(each for each in found if each is not None)


def _visible_sides(session: Session, study: Study, principal: Principal) -> list[_Side]:
    """Return the sides that the reader may see, and the static clips of the benchmark."""
    seeds = _seeds_of_sides(session, study)
    is_static = (VideoModel.slug == STATIC) & (Submission.label == "")
    rows = session.execute(
        select(Submission, VideoModel.slug)
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .where(
            Submission.id.in_(seeds) | (is_static & (Submission.benchmark_id == study.benchmark_id)),
            Submission.status == SubmissionStatus.FINAL,
            sees_submission(principal),
        )
    )
    found = [
        _Side(side_name(slug, submission.label), submission, seeds.get(submission.id, frozenset()))
        for submission, slug in rows
    ]
    return sorted(found, key=lambda side: side.name)


def _seeds_of_sides(session: Session, study: Study) -> dict[int, frozenset[int]]:
    seeds: defaultdict[int, set[int]] = defaultdict(set)
    compared = select(
        Matchup.reference_id, Matchup.reference_seed, Matchup.other_id, Matchup.other_seed
    ).where(Matchup.study_id == study.id, Matchup.is_gold.is_(False))
    for row in session.execute(compared):
        seeds[row.reference_id].add(row.reference_seed)
        seeds[row.other_id].add(row.other_seed)
    return {submission_id: frozenset(each) for submission_id, each in seeds.items()}


def _is_blind(session: Session, study: Study, principal: Principal) -> bool:
    visitor = principal.visitor
    return visitor is not None and not shows_clips(session, list(_seeds_of_sides(session, study)), visitor)


def _measured(session: Session, ids: Sequence[int]) -> Mapping[SuiteName, set[int]]:
    """Return, for each suite, the submissions that have scores."""
    rows = session.execute(
        select(MetricSettings.suite, Clip.submission_id)
        .join(MetricScore, MetricScore.settings_id == MetricSettings.id)
        .join(Clip, Clip.id == MetricScore.clip_id)
        .where(Clip.submission_id.in_(ids))
        .distinct()
    )
    measured: defaultdict[SuiteName, set[int]] = defaultdict(set)
    for row in rows:
        measured[row.suite].add(row.submission_id)
    return measured


def _suite(
    session: Session, suite: SuiteName, sides: Sequence[_Side], measured: Mapping[SuiteName, Collection[int]]
) -> SuiteScores | None:
    scores = []
    static = None
    for side in sides:
        table = None
        if side.submission.id in measured.get(suite, ()):
            table = metric_table(session, side.submission, suite)
        if table is None:
            continue
        found = SideScores(side.name, table, _shown(table, side.seeds))
        if side.seeds:
            scores.append(found)
        else:
            static = found
    if not scores:
        return None
    settings = _most_frequent_settings(scores)
    kept = tuple(each for each in scores if dict(each.table.settings) == settings)
    if static is not None and dict(static.table.settings) != settings:
        static = None
    others = tuple(each.side for each in scores if each not in kept)
    return SuiteScores(suite, kept, others, static)


def _shown(table: MetricTable, seeds: frozenset[int]) -> MetricTable:
    """Return the scores of the clips with these seeds; without seeds, the scores of all clips."""
    clips = tuple(clip for clip in table.clips if clip.seed in seeds) if seeds else table.clips
    return replace(table, clips=clips)


def _most_frequent_settings(scores: Sequence[SideScores]) -> dict[str, str]:
    count = Counter(tuple(sorted(each.table.settings.items())) for each in scores)
    chosen, _ = max(sorted(count.items()), key=lambda item: item[1])
    return dict(chosen)
