"""Models, thumbnails and figures get the same picture that a browser shows, for every type of image."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page

from app.media.frames import image_pixels
from app.media.images import ImageCode, ImageRejected, clean_image, make_thumbnail
from app.media.probe import probe_clip
from app.media.sandbox import Sandbox
from benchmark.image_display import CannotDisplay, displayed, is_plain, open_image
from benchmark.importers.images import ImageRefused, check_image, write_png
from benchmark.scenes.encoding import encode_mp4
from models.generators.images import read_image
from tests.odd_images import HEIGHT, ODD_IMAGES, WIDTH, png, saved, slope, write_odd_image

# On a white page, as in a document; the canvas gives back what the page would show.
SHOW = """async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0);
    const pixels = pen.getImageData(0, 0, canvas.width, canvas.height).data;
    return {width: canvas.width, height: canvas.height, pixels: Array.from(pixels)};
}"""
TYPES = {".png": "png", ".jpg": "jpeg", ".webp": "webp"}
# Chromium ignores the orientation of a WebP; the copy it is served is upright.
NOT_AS_IT_IS = {"orientation 6 of a WEBP"}


def shown_by(page: Page, image: Path, media_type: str) -> NDArray[np.uint8]:
    coded = base64.b64encode(image.read_bytes()).decode()
    shown: dict[str, Any] = page.evaluate(SHOW, f"data:image/{media_type};base64,{coded}")
    pixels = np.array(shown["pixels"], np.uint8).reshape(shown["height"], shown["width"], 4)
    return pixels[..., :3]


def seen(image: Path) -> NDArray[np.uint8]:
    with open_image(image) as opened:
        return np.asarray(displayed(opened))


def difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    assert a.shape == b.shape
    return float(np.abs(a.astype(float) - b).mean())


@pytest.mark.browser
@pytest.mark.parametrize("kind", ODD_IMAGES)
def test_an_odd_image_looks_as_in_a_browser(kind: str, page: Page, tmp_path: Path, sandbox: Sandbox) -> None:
    image = write_odd_image(tmp_path, kind)
    served = tmp_path / "served"

    facts = clean_image(image, served, sandbox=sandbox)

    if kind not in NOT_AS_IT_IS:
        assert difference(shown_by(page, image, TYPES[image.suffix]), seen(image)) < 0.6
    # A JPEG that had to be converted is compressed a second time.
    assert difference(shown_by(page, served, facts.format.value), seen(image)) < 3


@pytest.mark.parametrize("kind", ODD_IMAGES)
def test_every_reader_sees_the_same_picture(kind: str, tmp_path: Path, sandbox: Sandbox) -> None:
    image = write_odd_image(tmp_path, kind)
    expected = seen(image)
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(encode_mp4(np.stack([expected, expected])))

    for_model = np.asarray(read_image(image))
    for_figure = image_pixels(image, tmp_path / "raw", max_width=WIDTH, sandbox=sandbox)
    make_thumbnail(image, tmp_path / "thumbnail", WIDTH, sandbox=sandbox)
    distance = probe_clip(clip, sandbox=sandbox, input_image=image).first_frame_distance

    assert difference(for_model, expected) == 0
    assert difference(for_figure, expected) == 0
    # A thumbnail is a lossy WebP with colours at half the size.
    assert np.abs(seen(tmp_path / "thumbnail").mean(axis=(0, 1)) - expected.mean(axis=(0, 1))).max() < 8
    assert distance is not None
    assert distance < 0.03


@pytest.mark.parametrize("kind", ODD_IMAGES)
def test_a_served_image_needs_no_conversion(kind: str, tmp_path: Path, sandbox: Sandbox) -> None:
    served = tmp_path / "served"

    clean_image(write_odd_image(tmp_path, kind), served, sandbox=sandbox)

    with open_image(served) as image:
        assert is_plain(image)


def test_16_bit_grey_keeps_its_value(tmp_path: Path) -> None:
    # 40000 of 65535 is 156 of 255.
    image = tmp_path / "grey.png"
    image.write_bytes(png(np.full((HEIGHT, WIDTH, 1), 40_000, np.uint16), 0))

    assert np.unique(seen(image)).tolist() == [156]


@pytest.mark.parametrize("ending", ["tif", "bmp", "gif", "avif"])
def test_an_image_type_that_browsers_do_not_show_is_converted(ending: str, tmp_path: Path) -> None:
    image, converted = tmp_path / f"image.{ending}", tmp_path / "converted.png"
    Image.fromarray(slope()).save(image)

    write_png(image, converted)

    assert difference(seen(converted), slope()) < 4


def test_a_cmyk_tiff_is_converted_with_its_colours(tmp_path: Path) -> None:
    image, converted = tmp_path / "image.tif", tmp_path / "converted.png"
    Image.fromarray(slope()).convert("CMYK").save(image)

    write_png(image, converted)

    assert difference(seen(converted), slope()) < 2


def float_tiff() -> bytes:
    numbers = np.linspace(0, 1, WIDTH * HEIGHT, dtype=np.float32).reshape(HEIGHT, WIDTH)
    return saved(Image.fromarray(numbers), "TIFF")


# Colours of BT.2100 with the transfer of PQ.
HIGH_DYNAMIC_RANGE = png(slope(), 2, (b"cICP", bytes([9, 16, 0, 1])))

# In a browser, all pixels are transparent. Pillow decodes only the higher byte of each value.
CLEAR_16_BIT_COLOUR = png(
    np.full((HEIGHT, WIDTH, 3), 40_000, np.uint16), 2, (b"tRNS", np.full(3, 40_000, ">u2").tobytes())
)


@pytest.mark.parametrize(
    ("name", "content"),
    [("float.tif", float_tiff()), ("hdr.png", HIGH_DYNAMIC_RANGE), ("clear.png", CLEAR_16_BIT_COLOUR)],
    ids=["float", "hdr", "clear"],
)
def test_an_image_without_one_look_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    image = tmp_path / name
    image.write_bytes(content)

    with pytest.raises(CannotDisplay):
        seen(image)
    with pytest.raises(ImageRefused, match="Save the image"):
        check_image(image)


def test_an_image_of_high_dynamic_range_is_refused_by_the_sandbox(tmp_path: Path, sandbox: Sandbox) -> None:
    image = tmp_path / "hdr.png"
    image.write_bytes(HIGH_DYNAMIC_RANGE)

    with pytest.raises(ImageRejected, match="Save the image as sRGB") as refused:
        clean_image(image, tmp_path / "served", sandbox=sandbox)

    assert refused.value.code is ImageCode.UNDECODABLE
