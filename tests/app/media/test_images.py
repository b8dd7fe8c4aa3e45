"""Input images: verification, thumbnails, and removal of metadata without any change of a pixel."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from app.media.image_metadata import without_jpeg_metadata, without_png_metadata, without_webp_metadata
from app.media.images import (
    ImageCode,
    ImageFacts,
    ImageFormat,
    ImageLimits,
    ImageRejected,
    clean_image,
    make_thumbnail,
    verify_image,
)
from app.media.sandbox import Sandbox
from tests.app.media.drawing import draw_frame, draw_picture

ENDINGS = {ImageFormat.JPEG: "jpg", ImageFormat.PNG: "png", ImageFormat.WEBP: "webp"}
TURNED_A_QUARTER = 6  # Exif orientation: show it turned clockwise
SECRET = b"Secret words"


def refused_with(path: Path, sandbox: Sandbox, limits: ImageLimits | None = None) -> ImageCode:
    with pytest.raises(ImageRejected) as refused:
        verify_image(path, sandbox=sandbox, limits=limits)
    assert refused.value.message.endswith(".")
    return refused.value.code


def talkative_picture(folder: Path, form: ImageFormat, *, orientation: int = 1) -> Path:
    """Draw an image with text in every place that its format allows, and with a colour profile."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x9286] = orientation, SECRET.decode(), SECRET.decode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, Any] = {"exif": exif, "icc_profile": profile}
    if form is ImageFormat.PNG:
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_text("Comment", SECRET.decode())
    else:
        options["xmp"] = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    if form is ImageFormat.JPEG:
        options["comment"] = SECRET
    path = draw_picture(folder / f"talkative.{ENDINGS[form]}", width=80, height=48, **options)
    path.write_bytes(path.read_bytes() + SECRET)
    return path


def pixels_of(path: Path) -> bytes:
    with Image.open(path) as image:
        return image.tobytes()


@pytest.mark.parametrize("form", ImageFormat)
def test_an_image_is_described(form: ImageFormat, tmp_path: Path, sandbox: Sandbox) -> None:
    picture = draw_picture(tmp_path / f"picture.{ENDINGS[form]}", width=80, height=48)

    facts = verify_image(picture, sandbox=sandbox)

    assert facts == ImageFacts(form, width=80, height=48, bytes=picture.stat().st_size)


def test_the_name_of_a_file_does_not_matter(tmp_path: Path, sandbox: Sandbox) -> None:
    picture = draw_picture(tmp_path / "picture.png").rename(tmp_path / "picture.jpg")

    assert verify_image(picture, sandbox=sandbox).format is ImageFormat.PNG


def test_the_sides_of_a_turned_image_are_the_upright_ones(tmp_path: Path, sandbox: Sandbox) -> None:
    picture = talkative_picture(tmp_path, ImageFormat.JPEG, orientation=TURNED_A_QUARTER)

    facts = verify_image(picture, sandbox=sandbox)

    assert (facts.width, facts.height) == (48, 80)


@pytest.mark.parametrize("form", ImageFormat)
def test_cleaning_drops_words_and_keeps_every_pixel(
    form: ImageFormat, tmp_path: Path, sandbox: Sandbox
) -> None:
    picture, target = talkative_picture(tmp_path, form), tmp_path / "clean"
    assert picture.read_bytes().count(SECRET) >= 3

    facts = clean_image(picture, target, sandbox=sandbox)

    assert SECRET not in target.read_bytes()
    assert pixels_of(target) == pixels_of(picture)
    assert facts == ImageFacts(form, width=80, height=48, bytes=target.stat().st_size)


@pytest.mark.parametrize("form", ImageFormat)
def test_cleaning_keeps_the_colour_profile(form: ImageFormat, tmp_path: Path, sandbox: Sandbox) -> None:
    picture, target = talkative_picture(tmp_path, form), tmp_path / "clean"

    clean_image(picture, target, sandbox=sandbox)

    with Image.open(picture) as before, Image.open(target) as after:
        assert after.info["icc_profile"] == before.info["icc_profile"]


@pytest.mark.parametrize("form", ImageFormat)
def test_a_clean_image_is_not_touched(form: ImageFormat, tmp_path: Path, sandbox: Sandbox) -> None:
    clean_image(draw_picture(tmp_path / f"picture.{ENDINGS[form]}"), tmp_path / "once", sandbox=sandbox)

    clean_image(tmp_path / "once", tmp_path / "twice", sandbox=sandbox)

    assert (tmp_path / "twice").read_bytes() == (tmp_path / "once").read_bytes()


@pytest.mark.parametrize("form", ImageFormat)
def test_a_turned_image_becomes_upright(form: ImageFormat, tmp_path: Path, sandbox: Sandbox) -> None:
    picture = talkative_picture(tmp_path, form, orientation=TURNED_A_QUARTER)

    facts = clean_image(picture, tmp_path / "clean", sandbox=sandbox)

    assert (facts.width, facts.height) == (48, 80)
    assert SECRET not in (tmp_path / "clean").read_bytes()
    with Image.open(tmp_path / "clean") as upright:
        assert 0x0112 not in upright.getexif()
        shown = np.asarray(upright.convert("RGB"), dtype=float)
    expected = np.rot90(draw_frame(0, width=80, height=48), -1)
    assert np.abs(shown - expected).mean() < 6


def test_a_progressive_jpeg_keeps_every_scan(tmp_path: Path, sandbox: Sandbox) -> None:
    picture = draw_picture(tmp_path / "picture.jpg", width=200, height=160, progressive=True)

    clean_image(picture, tmp_path / "clean", sandbox=sandbox)

    assert pixels_of(tmp_path / "clean") == pixels_of(picture)


def test_a_thumbnail_has_the_width_asked_for(tmp_path: Path, sandbox: Sandbox) -> None:
    picture = talkative_picture(tmp_path, ImageFormat.JPEG)

    facts = make_thumbnail(picture, tmp_path / "small", 40, sandbox=sandbox)

    assert (facts.format, facts.width, facts.height) == (ImageFormat.WEBP, 40, 24)
    assert SECRET not in (tmp_path / "small").read_bytes()


def test_a_thumbnail_is_never_larger_than_the_image(tmp_path: Path, sandbox: Sandbox) -> None:
    picture = draw_picture(tmp_path / "picture.png", width=80, height=48)

    facts = make_thumbnail(picture, tmp_path / "small", 4000, sandbox=sandbox)

    assert (facts.width, facts.height) == (80, 48)


def test_a_transparent_image_is_shown_on_white(tmp_path: Path, sandbox: Sandbox) -> None:
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(tmp_path / "glass.png")

    make_thumbnail(tmp_path / "glass.png", tmp_path / "small", 32, sandbox=sandbox)

    with Image.open(tmp_path / "small") as small:
        assert small.convert("RGBA").getpixel((5, 5)) == (255, 255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html>",
        b"GIF89a" + bytes(100),
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7",
    ],
)
def test_another_file_is_refused(content: bytes, tmp_path: Path, sandbox: Sandbox) -> None:
    disguised = tmp_path / "picture.jpg"
    disguised.write_bytes(content)

    assert refused_with(disguised, sandbox) == ImageCode.NOT_A_PICTURE


def test_an_empty_file_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "picture.jpg").touch()

    assert refused_with(tmp_path / "picture.jpg", sandbox) == ImageCode.EMPTY


@pytest.mark.parametrize("form", ImageFormat)
def test_a_truncated_image_is_refused(form: ImageFormat, tmp_path: Path, sandbox: Sandbox) -> None:
    picture = draw_picture(tmp_path / f"picture.{ENDINGS[form]}", width=300, height=300)
    picture.write_bytes(picture.read_bytes()[:-200])

    assert refused_with(picture, sandbox) in (ImageCode.UNDECODABLE, ImageCode.NOT_A_PICTURE)


def test_a_small_file_with_a_huge_picture_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    # A decompression bomb: 60000 x 60000 pixels announced in 100 bytes.
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
        + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
        + png_chunk(b"IEND", b"")
    )

    assert refused_with(bomb, sandbox) == ImageCode.TOO_LARGE


@pytest.mark.parametrize("form", [ImageFormat.PNG, ImageFormat.WEBP])
def test_a_moving_image_is_refused(form: ImageFormat, tmp_path: Path, sandbox: Sandbox) -> None:
    frames = [Image.fromarray(draw_frame(number)) for number in range(3)]
    moving = tmp_path / f"moving.{ENDINGS[form]}"
    frames[0].save(moving, save_all=True, append_images=frames[1:])

    assert refused_with(moving, sandbox) == ImageCode.ANIMATED


def test_limits_hold(tmp_path: Path, sandbox: Sandbox) -> None:
    picture = draw_picture(tmp_path / "picture.png", width=80, height=48)

    assert refused_with(picture, sandbox, ImageLimits(max_side=79)) == ImageCode.TOO_LARGE
    assert refused_with(picture, sandbox, ImageLimits(max_pixels=80 * 48 - 1)) == ImageCode.TOO_LARGE
    assert refused_with(picture, sandbox, ImageLimits(min_side=49)) == ImageCode.TOO_SMALL
    assert refused_with(picture, sandbox, ImageLimits(max_bytes=10)) == ImageCode.TOO_MANY_BYTES


def test_a_refused_image_leaves_no_copy(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "picture.jpg").write_bytes(b"no picture")

    with pytest.raises(ImageRejected):
        clean_image(tmp_path / "picture.jpg", tmp_path / "clean", sandbox=sandbox)

    assert not (tmp_path / "clean").exists()


@pytest.mark.parametrize(
    ("strip", "form"),
    [
        (without_jpeg_metadata, ImageFormat.JPEG),
        (without_png_metadata, ImageFormat.PNG),
        (without_webp_metadata, ImageFormat.WEBP),
    ],
)
def test_a_cut_file_ends_the_walk_with_an_error(strip: Any, form: ImageFormat) -> None:
    out = io.BytesIO()
    Image.fromarray(draw_frame(0)).save(out, form)
    whole = out.getvalue()

    for kept in range(14, len(whole) - 2, 7):
        with pytest.raises(ValueError):
            strip(whole[:kept])


def test_the_real_images_are_accepted(test_data: Path, tmp_path: Path, sandbox: Sandbox) -> None:
    for number, picture in enumerate(sorted((test_data / "images").iterdir())[:10]):
        clean_image(picture, tmp_path / str(number), sandbox=sandbox)

        assert pixels_of(tmp_path / str(number)) == pixels_of(picture)


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
