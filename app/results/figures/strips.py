"""Draws frame strips of one pair: the image, the prompt, and frames of each model's clip in a study."""

from dataclasses import dataclass

from sqlalchemy import select, tuple_, union
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import NotFound, NotSignedIn
from app.media.frames import FramesUnreadable, clip_frames, image_pixels
from app.media.sandbox import Sandbox
from app.media.store import MediaStore, StoreError, content_key
from app.media.unreadable import unreadable
from app.panels.sides import side_name
from app.results.figures.study import drawing, figure_names
from app.results.service import find_results
from app.security.identity import Principal
from app.security.publication import shows_clips
from app.security.visibility import sees_submission
from app.tables.bench import Pair
from app.tables.studies import Matchup, Study
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.exports.figures.kinds import FigureFormat
from benchmark.exports.figures.names import FigureNames
from benchmark.exports.figures.strips import StripFigure, StripRow, evenly_spaced, strip_figure
from benchmark.exports.figures.writer import figure_file

MAX_WIDTH = 240  # pixels per frame, about 250 dpi at six frames per row
MIN_FRAMES, DEFAULT_FRAMES, MAX_FRAMES = 2, 6, 12


@dataclass(frozen=True)
class SideClip:
    """The clip of one side of a matchup."""

    side: str
    name: str
    sha256: str
    frames: int


@dataclass(frozen=True)
class StripPlan:
    """The contents of one figure of frame strips, without pixels."""

    pair: str
    prompt: str
    image_key: str
    clips: tuple[SideClip, ...]


def strip_file(
    database: Database,
    *,
    store: MediaStore,
    sandbox: Sandbox,
    slug: str,
    pair_id: str,
    principal: Principal,
    file_format: FigureFormat,
    frames: int = DEFAULT_FRAMES,
) -> bytes:
    """Return the frame strips of a pair as a file.

    Raises:
        NotFound: the study or pair does not exist, or the results are not visible to this person.
        Conflict: no model has a clip of the pair, or more models have a clip than one figure can show.
        Unavailable: a file cannot be read, or too many figures are being drawn.
    """
    plan = plan_strip(database, slug=slug, pair_id=pair_id, principal=principal)
    with drawing():
        figure = read_strip(plan, frames, store=store, sandbox=sandbox)
        return figure_file(figure, file_format)


def plan_strip(database: Database, *, slug: str, pair_id: str, principal: Principal) -> StripPlan:
    """Return the plan of a figure; the reference's clip comes first, the other clips are sorted by name.

    Raises NotFound.
    """
    with database.read() as session:
        results = find_results(session, slug=slug, principal=principal)
        study, counted = results.study, results.counted
        of_benchmark = Pair.benchmark_id == study.benchmark_id
        pair = session.scalar(select(Pair).where(of_benchmark, Pair.name == pair_id))
        if pair is None:
            raise NotFound("The study's benchmark has no pair with this ID.")
        names = figure_names(session, results)
        if principal.visitor and not shows_clips(session, _compared(session, study), principal.visitor):
            raise NotSignedIn("Frames are hidden while a running study compares these models. Sign in.")
        clips = _clips(session, study, pair, names, principal)
        references = {matchup.reference for matchup in counted.matchups}
        clips.sort(key=lambda clip: (clip.side not in references, clip.side))
        return StripPlan(pair.name, pair.prompt, pair.image_key, tuple(clips))


def read_strip(plan: StripPlan, shown: int, *, store: MediaStore, sandbox: Sandbox) -> StripFigure:
    """Decode the frames that a plan lists.

    Raises:
        CannotDraw: the plan has no clips, or more clips than one figure can show.
        Unavailable: a file cannot be read.
    """
    try:
        rows = [_row(clip, shown, store, sandbox) for clip in plan.clips]
        with store.open_local(plan.image_key) as image, store.private_file() as target:
            pixels = image_pixels(image, target, max_width=2 * MAX_WIDTH, sandbox=sandbox)
    except (StoreError, FramesUnreadable) as error:
        raise unreadable("A clip or the image of this pair", error) from error
    return strip_figure(pair=plan.pair, prompt=plan.prompt, image=pixels, strips=rows)


def _compared(session: Session, study: Study) -> list[int]:
    """Return the IDs of the submissions that a study compares."""
    of_study = (Matchup.study_id == study.id) & Matchup.is_gold.is_(False)
    return list(
        session.scalars(
            union(select(Matchup.reference_id).where(of_study), select(Matchup.other_id).where(of_study))
        )
    )


def _clips(
    session: Session, study: Study, pair: Pair, names: FigureNames, principal: Principal
) -> list[SideClip]:
    """Return those clips of the study's sides that the person may see.

    A visitor who reads published results sees the clips of all sides.
    """
    compared = (Matchup.study_id == study.id) & Matchup.is_gold.is_(False)
    shown = union(
        select(Matchup.reference_id, Matchup.reference_seed).where(compared),
        select(Matchup.other_id, Matchup.other_seed).where(compared),
    )
    query = (
        select(VideoModel.slug, Submission.label, Clip.sha256, Clip.frames)
        .join(Submission, Submission.id == Clip.submission_id)
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .where(Clip.pair_id == pair.id, tuple_(Clip.submission_id, Clip.seed).in_(shown))
        .where(Submission.deletes_at.is_(None))
    )
    if principal.visitor is None:
        query = query.where(sees_submission(principal))
    return [
        SideClip(side, names.side(side), sha256, frames)
        for model, label, sha256, frames in session.execute(query)
        for side in [side_name(model, label)]
    ]


def _row(clip: SideClip, shown: int, store: MediaStore, sandbox: Sandbox) -> StripRow:
    numbers = evenly_spaced(clip.frames, shown)
    with store.open_local(content_key("clips", clip.sha256)) as source, store.private_file() as target:
        frames = clip_frames(source, numbers, target, max_width=MAX_WIDTH, sandbox=sandbox)
    return StripRow(clip.side, clip.name, clip.sha256, frames, numbers, clip.frames)
