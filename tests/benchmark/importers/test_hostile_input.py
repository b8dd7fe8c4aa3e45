"""Reading a folder with any content gives a benchmark or a list of problems."""

import io
import random
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from benchmark.importers.images import ImageRefused, check_image, is_web_image, write_png
from benchmark.importers.official import read_official
from benchmark.importers.problems import ImportProblems

PIECES = (
    *("image", "prompt", "scenario", "a1.png", "broken.jpg", "a1", "it runs", "!!!", "sep=;", "x" * 400),
    *("../a1.png", "/etc/passwd.png", "C:\\a1.png", ",", ";", "\t", "|", '"', "\n", "\r", "\r\n"),
    *("\0", "\x1b", "\ufeff", "é", " "),
)
TABLES = st.one_of(
    st.binary(max_size=200),
    st.tuples(
        st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"]),
    ).map(lambda written: written[0].encode(written[1], "replace")),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one valid image and one damaged image."""
    made = tmp_path_factory.mktemp("release")
    Image.new("RGB", (20, 20)).save(made / "a1.png")
    (made / "broken.jpg").write_bytes(b"\xff\xd8 broken off")
    return made


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(table=TABLES)
def test_no_table_breaks_the_reader(folder: Path, table: bytes) -> None:
    (folder / "prompt.csv").write_bytes(table)

    with suppress(ImportProblems):
        read = read_official(folder)
        assert {pair.image for pair in read.pairs} == set(read.images)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_no_damage_to_an_image_breaks_the_reader(tmp_path: Path, form: str) -> None:
    rng = random.Random(f"damage to {form}")
    whole = io.BytesIO()
    Image.linear_gradient("L").resize((48, 40)).convert("RGB").save(whole, form)
    refused = 0
    for number in range(100):
        damaged = bytearray(whole.getvalue())
        for _ in range(4):
            damaged[rng.randrange(min(400, len(damaged)))] = rng.randrange(256)
        path = tmp_path / str(number)
        path.write_bytes(damaged)
        try:
            check_image(path)
        except ImageRefused:
            refused += 1
            continue
        if not is_web_image(path):
            write_png(path, tmp_path / "stored.png")

    assert refused > 0
