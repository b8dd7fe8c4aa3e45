"""Reads the contents of a study's static gallery, and refuses studies whose clips are not published."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.panels.sides import matchup_sides, side_name
from app.results.figures.study import figure_names
from app.results.service import StudyResults
from app.results.views.clips import final_clips, shown_sides
from app.results.views.vote_source import VoteSourceNote, vote_source_note
from app.security.publication import Visitor, shows_clips
from app.tables.bench import Benchmark, Pair
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.exports.figures.names import FigureNames
from benchmark.exports.printed_cells import Spans, interval_cell, p_cell, reason_cells, sides_cell
from benchmark.protocol import Side, StudyStatus, Visibility
from benchmark.stats.preferences import SCORE, PreferenceRow, by_score


@dataclass(frozen=True)
class SiteRow:
    """One row of the table of preferences: the score and the reasons as `reference/other`, in percent."""

    reference: str
    other: str
    cells: tuple[Spans, ...]
    interval: str
    p_value: str


@dataclass(frozen=True)
class SiteClip:
    """The clip of one side; `sha256` identifies the stored file."""

    name: str
    sha256: str


@dataclass(frozen=True)
class SitePair:
    """A pair with the clips of all sides, and a sentence on the votes of each matchup."""

    pair: str
    prompt: str
    image_key: str
    image_type: str
    clips: tuple[SiteClip, ...]
    votes: tuple[str, ...]


@dataclass(frozen=True)
class SiteContents:
    """The contents of a gallery; `scenarios` has the pairs of each scenario."""

    slug: str
    title: str
    benchmark: str
    benchmark_licence: str
    note: VoteSourceNote | None
    rows: tuple[SiteRow, ...]
    scenarios: Mapping[str, Sequence[SitePair]]


def site_contents(session: Session, results: StudyResults) -> SiteContents:
    """Return the contents of a study's gallery.

    Raises:
        Conflict: the results are not published to everybody, a compared submission is not public
            (`sides_not_public`), or a running study compares one of the submissions.
    """
    study = results.study
    _refuse_unpublished(session, study)
    names = figure_names(session, results)
    benchmark = session.get_one(Benchmark, study.benchmark_id)
    return SiteContents(
        slug=study.slug,
        title=study.title,
        benchmark=f"{benchmark.title}, version {benchmark.version}",
        benchmark_licence=benchmark.licence,
        note=vote_source_note(session, results),
        rows=tuple(_row(row, names) for row in by_score(results.rows) if not row.is_average),
        scenarios=_scenarios(session, study, names),
    )


def _refuse_unpublished(session: Session, study: Study) -> None:
    if study.status is not StudyStatus.CLOSED or study.visibility is not Visibility.PUBLIC:
        raise Conflict(
            "The results of this study are not published to everybody. Close the study and publish its "
            "results first."
        )
    compared = or_(Submission.id == Matchup.reference_id, Submission.id == Matchup.other_id)
    sides = session.execute(
        select(Submission.id, Submission.visibility, VideoModel.slug, Submission.label)
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .join(Matchup, compared)
        .where(Matchup.study_id == study.id, Matchup.is_gold.is_(False))
        .distinct()
        .order_by(Submission.id)
    ).all()
    hidden = [side_name(row.slug, row.label) for row in sides if row.visibility is not Visibility.PUBLIC]
    if hidden:
        raise Conflict(
            "The study compares submissions that are not public. Ask their owners to make them public.",
            code="sides_not_public",
            problems=hidden,
        )
    if not shows_clips(session, [row.id for row in sides], Visitor({}, b"")):
        raise Conflict(
            "A running study compares these models, and its annotators must not see which clip is whose. "
            "Close that study first."
        )


def _row(row: PreferenceRow, names: FigureNames) -> SiteRow:
    score = sides_cell(row.share(SCORE, Side.REFERENCE), row.share(SCORE, Side.OTHER))
    return SiteRow(
        reference=names.side(row.reference),
        other=names.side(row.other or ""),
        cells=(score, *reason_cells(row)),
        interval=interval_cell(row.ci_low, row.ci_high),
        p_value=p_cell(row.p_holm),
    )


def _scenarios(session: Session, study: Study, names: FigureNames) -> dict[str, list[SitePair]]:
    clips, votes = _clips(session, study, names), _votes(session, study, names)
    pairs = session.scalars(
        select(Pair)
        .where(Pair.benchmark_id == study.benchmark_id, Pair.id.in_(clips.keys()))
        .order_by(Pair.position)
    )
    scenarios: defaultdict[str, list[SitePair]] = defaultdict(list)
    for pair in pairs:
        scenarios[pair.scenario].append(
            SitePair(
                pair.name,
                pair.prompt,
                pair.image_key,
                pair.image_type,
                tuple(clips[pair.id]),
                tuple(votes[pair.id]),
            )
        )
    return dict(scenarios)


def _clips(session: Session, study: Study, names: FigureNames) -> dict[int, list[SiteClip]]:
    """Return the clips of the study's comparisons, without gold questions, keyed by pair.

    The clip of the common reference comes first; the other clips are sorted by name.
    """
    rows = session.execute(
        final_clips(shown_sides(session, study)).where(
            Clip.pair_id.in_(
                select(Comparison.pair_id).where(
                    Comparison.study_id == study.id, Comparison.is_gold.is_(False)
                )
            )
        )
    ).all()
    with_seeds = len({row.Clip.seed for row in rows}) > 1
    clips: defaultdict[int, list[tuple[bool, str, SiteClip]]] = defaultdict(list)
    for row in rows:
        side = side_name(row.slug, row.label)
        name = f"{names.side(side)}, seed {row.Clip.seed}" if with_seeds else names.side(side)
        clips[row.Clip.pair_id].append((side != names.reference, name, SiteClip(name, row.Clip.sha256)))
    return {
        pair: [clip for *_, clip in sorted(found, key=lambda each: each[:2])] for pair, found in clips.items()
    }


def _votes(session: Session, study: Study, names: FigureNames) -> defaultdict[int, list[str]]:
    matchups = {each.id: each for each in matchup_sides(session, study)}
    rows = session.execute(
        select(Comparison.pair_id, Comparison.matchup_id, Comparison.votes_reference, Comparison.votes_other)
        .where(Comparison.study_id == study.id, Comparison.is_gold.is_(False))
        .order_by(Comparison.id)
    )
    votes: defaultdict[int, list[str]] = defaultdict(list)
    for pair, matchup, reference, other in rows:
        sides = matchups[matchup]
        first, second = names.side(sides.reference), names.side(sides.other)
        cast = f"{reference} to {other} votes" if reference + other else "no vote"
        votes[pair].append(f"{first} against {second}: {cast}")
    return votes
