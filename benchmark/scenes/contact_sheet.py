"""Draws a sheet of small images; people use it to check that the synthetic models differ visibly."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmark.scenes.benchmarks import ScenePair
from benchmark.scenes.synthetic import draw_frames
from benchmark.synthetic_models import SYNTHETIC_MODELS

_CLIP_SIDE = 256
_SIDE = 180
_CAPTION = 20
_GAP = 4
_PAPER, _INK = (250, 249, 246), (40, 40, 45)


def draw_contact_sheet(pairs: Sequence[ScenePair]) -> Image.Image:
    """Return an image with one row per pair.

    A row shows the input image, two frames of the reference clip, and the last frame of the clip of every
    other synthetic model.

    Raises:
        ValueError: there are no pairs.
    """
    if not pairs:
        raise ValueError("a contact sheet needs at least one pair")
    rows = [_row(pair) for pair in pairs]
    width = max(row.width for row in rows)
    sheet = Image.new("RGB", (width, sum(row.height for row in rows)), _PAPER)
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height
    return sheet


def _row(pair: ScenePair) -> Image.Image:
    clips = {model: draw_frames(model, pair, size=_CLIP_SIDE) for model in SYNTHETIC_MODELS}
    truth = clips.pop("reference")
    # Show the frame at one third, because swinging objects are back at rest halfway through the clip.
    cells = {"image": truth[0], "reference, a third in": truth[len(truth) // 3], "reference, end": truth[-1]}
    cells |= {f"{model}, end": frames[-1] for model, frames in clips.items()}
    step = _SIDE + _GAP
    row = Image.new("RGB", (len(cells) * step, step + 2 * _CAPTION), _PAPER)
    draw = ImageDraw.Draw(row)
    font = ImageFont.load_default(13)
    title = f"{pair.image} ({pair.style}): {pair.prompt}"
    draw.text((4, 3), title, font=font, fill=_INK)
    for column, (caption, frame) in enumerate(cells.items()):
        draw.text((column * step + 4, _CAPTION), caption, font=font, fill=_INK)
        row.paste(_small(frame), (column * step, 2 * _CAPTION))
    return row


def _small(frame: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(cv2.resize(frame, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA))
