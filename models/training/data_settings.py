"""Defines the section [data] of a training config: the clips."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from models.training.config_types import Positive, Section, Share
from models.training.enums import (
    DataSource,
    FileIdentity,
    WindowPosition,
)

# Number of images of the held-out benchmark of sprites.
SPRITE_IMAGES = 24


class DataSettings(Section):
    """Settings of the training clips: source, length and resolution of the clips.

    Attributes:
        source: `folder` (video files), `webdataset` (tar files), `scenes` (the scene engine) or `sprites`
            (sprite clips, rendered when they are needed). For `sprites`, the held-out clips are the clips of
            the held-out benchmark.
        folder: if the source is `folder` or `webdataset`, the folder that holds the files, relative to the
            working directory.
        captions: if the source is `folder`, the file name of a table in the folder (CSV, TSV, JSONL or
            Parquet). The columns are `file`, `caption` and optionally `held_out` (0/1), or WebVid's columns
            `videoid`, `page_dir` and `name`.
        held_out_share: share of held-out clips, used if there is no `held_out` column. A hash of each clip's
            name decides whether the clip is held out.
        prepared: folder that `ti2v prepare` has written from these settings; if it is set, training decodes
            no video. An empty text if the training itself encodes the clips.
        identity: the values that identify a file in cache keys.
        scenarios: names of the scenarios to render. If there are no names, all scenarios are rendered.
        rigid_only: use only actions whose motion is fully described by optical flow: no object appears or
            deforms.
        least_moving_share: minimum share of moving pixels; actions with a smaller share are skipped. The
            share is averaged over the frames of some test scenes.
        images: number of images to render per scenario; the images use the visual styles in turn. For
            `sprites`, the number of training clips; the run's seed does not change the clips, only their
            order.
        held_out_images: additional held-out images per scenario; for `sprites`, images of the held-out
            benchmark, at most 24.
        first_seed: seed of the first image.
        static_share: if the source is `sprites`, the mean share of pixels that stay static.
        frames: number of frames per clip.
        height: height of a frame, in pixels.
        width: width of a frame, in pixels.
        fps: target frame rate. If a clip's frame rate is above `fps`, frames are left out. If a clip's frame
            rate is below `fps`, the clip keeps its rate. The network gets the actual rate of the frames.
        strides: distances between the frames of a window. If the list is not empty, `fps` is not used: a
            window takes every n-th frame of the clip, where n is a number of the list. The choice of n
            depends on the name of the clip and the number of the window.
        windows: number of windows per clip; each window has `frames` frames.
        position: where the windows start.
    """

    source: DataSource
    folder: str = ""
    captions: str = "captions.csv"
    held_out_share: Share = 0.05
    prepared: str = ""
    identity: FileIdentity = FileIdentity.SIZE_AND_TIME
    scenarios: tuple[str, ...] = ()
    rigid_only: bool = True
    least_moving_share: Share = 0.0
    images: Positive = 24
    held_out_images: Annotated[int, Field(ge=0)] = 3
    first_seed: Annotated[int, Field(ge=0)] = 0
    static_share: Annotated[float, Field(ge=0.8, le=0.98)] = 0.92
    frames: Annotated[int, Field(ge=2)] = 16
    height: Positive = 320
    width: Positive = 512
    fps: Positive = 8
    strides: tuple[Positive, ...] = ()
    windows: Positive = 1
    position: WindowPosition = WindowPosition.FIRST

    @model_validator(mode="after")
    def _fits_sprites(self) -> Self:
        if self.source is not DataSource.SPRITES:
            return self
        if self.height != self.width:
            raise ValueError(f"height {self.height} and width {self.width}: sprites need square frames")
        if self.held_out_images > SPRITE_IMAGES:
            raise ValueError(
                f"held_out_images is {self.held_out_images}, but the held-out benchmark of sprites has "
                f"{SPRITE_IMAGES} images"
            )
        if self.prepared or self.strides or self.windows > 1:
            raise ValueError(
                "sprites are rendered when they are needed; leave out prepared, strides and windows"
            )
        return self
