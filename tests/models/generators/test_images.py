"""Reading and resizing input images."""

from pathlib import Path

import numpy as np
from PIL import Image

from models.generators.images import FitMode, fit_image, read_image


def halves(width: int, height: int) -> Image.Image:
    """An image whose left half is red and whose right half is blue."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (width // 2, 0, width, height))
    return picture


def test_a_wide_image_is_cropped_at_the_sides() -> None:
    pixels = np.asarray(fit_image(halves(400, 100), 100, 100))

    assert pixels[50, 10].tolist() == [255, 0, 0]
    assert pixels[50, 90].tolist() == [0, 0, 255]


def test_a_stretched_image_is_not_cropped() -> None:
    marked = halves(400, 100)
    marked.paste("white", (0, 0, 40, 100))

    covered, stretched = (
        np.asarray(fit_image(marked, 100, 100, fit)) for fit in (FitMode.COVER, FitMode.STRETCH)
    )

    assert covered[50, 2].tolist() == [255, 0, 0]
    assert stretched[50, 2].tolist() == [255, 255, 255]


def test_transparency_is_composited_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(tmp_path / "clear.png")

    assert np.asarray(read_image(tmp_path / "clear.png")).min() == 255


def test_the_exif_orientation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to the right
    halves(40, 20).save(tmp_path / "phone.jpg", exif=exif, quality=95)

    upright = read_image(tmp_path / "phone.jpg")

    assert upright.size == (20, 40)
    assert upright.getpixel((10, 5))[0] > 200
