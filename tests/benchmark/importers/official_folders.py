"""Folders in the official layout; each folder has one unusual or wrong property."""

import io
from pathlib import Path

import pytest
from PIL import Image

from benchmark.importers.official import read_official
from benchmark.importers.problems import ImportProblems


def picture(shade: int = 0, form: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (24, 18), (shade, 90, 160)).save(written, form)
    return written.getvalue()


TWO_ROWS = "image,prompt\nimages/balloon1.png,the blue balloon dips\nimages/balloon1.png,a bird flies in\n"


def folder_with(tmp_path: Path, table: str | bytes = TWO_ROWS, **images: bytes) -> Path:
    """Make a folder with prompt.csv and images/balloon1.png; `a__b_png` adds a/b.png."""
    for name, content in {"images__balloon1_png": picture(), **images}.items():
        stem, suffix = name.replace("__", "/").rsplit("_", 1)
        path = tmp_path / f"{stem}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "prompt.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    return tmp_path


def problems_of(place: Path) -> list[str]:
    with pytest.raises(ImportProblems) as caught:
        read_official(place)
    return [str(problem) for problem in caught.value.problems]
