"""Decodes single frames inside a sandbox child. The server never imports this module."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from app.media.probe import ClipCode
from app.media.sandbox.client import Json
from app.media.sandbox.sandbox_errors import WorkRefused
from benchmark.image_display import displayed, open_image
from benchmark.video import UnreadableVideo
from benchmark.video.pixels import rgb_pixels
from benchmark.video.track import open_video


def read(kind: str, path: str, numbers: list[int], target: str, max_width: int) -> dict[str, Json]:
    """Write the numbered frames to `target` as raw RGB. Return the frames' width and height.

    Raises:
        WorkRefused: the file cannot be decoded, or has fewer frames than the largest of the `numbers`.
    """
    images = iter([_image(Path(path))]) if kind == "image" else _frames(Path(path))
    written: list[bytes] = []
    size = (0, 0)
    for number, image in enumerate(images, start=1):
        if number in numbers:
            small = _scaled(image, max_width)
            size = small.size
            written += [small.tobytes()] * numbers.count(number)
        if len(written) == len(numbers):
            break
    if len(written) < len(numbers):
        raise WorkRefused(ClipCode.UNDECODABLE, f"The clip has fewer than {max(numbers)} frames.")
    Path(target).write_bytes(b"".join(written))
    return {"width": size[0], "height": size[1]}


def _frames(clip: Path) -> Iterator[Image.Image]:
    try:
        with open_video(clip, format="mp4") as track:
            for frame in track.frames():
                yield Image.fromarray(rgb_pixels(frame))
    except UnreadableVideo as error:
        raise WorkRefused(ClipCode.UNDECODABLE, str(error)) from error


def _image(path: Path) -> Image.Image:
    try:
        with open_image(path, formats=("JPEG", "PNG", "WEBP")) as image:
            return displayed(image)
    except (OSError, ValueError, SyntaxError) as error:
        raise WorkRefused(ClipCode.UNDECODABLE, "The image cannot be decoded.") from error


def _scaled(image: Image.Image, max_width: int) -> Image.Image:
    if image.width <= max_width:
        return image
    height = max(1, (image.height * max_width + image.width // 2) // image.width)
    return image.resize((max_width, height), Image.Resampling.LANCZOS)
