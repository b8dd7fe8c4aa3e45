"""Draws the last frames of all settings side by side; people look at this sheet before the scores."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmark.repro.submission_files import GeneratedRun, generated_frames
from benchmark.scenes.sprites import RETEST_SPRITES, enlarged, held_out_clips

_FACTOR = 3  # 32 pixels become 96
_CAPTION = 18
_GAP = 4
_PAPER, _INK = (250, 250, 250), (40, 40, 40)


def draw_clip_sheet(runs: Sequence[GeneratedRun], *, pairs: int = 20) -> Image.Image:
    """Return an image with one row per pair.

    A row shows the input image, the last frame of the true clip, and the last frame of each run.

    Args:
        runs: the runs to show, usually one of each setting.
        pairs: number of pairs, evenly spaced over the held-out pairs.

    Raises:
        ValueError: there are no runs, or `pairs` is below 1 or above the number of held-out pairs.
        MeasurementError: stored clips are damaged, or belong to other pairs.
    """
    clips = held_out_clips(RETEST_SPRITES)
    if not runs or not 1 <= pairs <= len(clips):
        raise ValueError(f"a sheet needs at least one run and 1 to {len(clips)} pairs, not {pairs}")
    generated = {f"{run.setting} {run.seed}": generated_frames(run) for run in runs}
    step = _FACTOR * clips[0].frames.shape[1] + _GAP
    row_height = step + _CAPTION
    sheet = Image.new("RGB", ((2 + len(runs)) * step, _CAPTION + pairs * row_height), _PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for column, title in enumerate(("input image", "true end", *generated)):
        draw.text((column * step + 2, 2), title, font=font, fill=_INK)
    for row, index in enumerate(np.linspace(0, len(clips) - 1, pairs).round().astype(int).tolist()):
        top, clip = _CAPTION + row * row_height, clips[index]
        draw.text((2, top + 2), clip.prompt, font=font, fill=_INK)
        ends = [frames[index][-1] for frames in generated.values()]
        for column, frame in enumerate((clip.frames[0], clip.frames[-1], *ends)):
            sheet.paste(_image(frame), (column * step, top + _CAPTION))
    return sheet


def _image(frame: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(enlarged(frame, _FACTOR))
