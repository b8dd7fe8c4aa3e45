"""Reads the benchmarks of other papers, in the papers' own layouts: Animate Bench, VBench-I2V and AIGCBench.

Each function returns the pairs as rows of a table. The importer then checks these rows like the rows of our
own tables. docs/benchmarks.md describes the layouts, their licences, and what was checked.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmark.importers.column_names import Columns, PairTable
from benchmark.importers.images import IMAGE_SUFFIXES
from benchmark.importers.problems import ImportProblems
from benchmark.importers.rows import TEXT_SUFFIXES, TYPED_SUFFIXES, TableRow
from benchmark.pairs import canonical_name, is_hidden_file, prompt_slug

VBENCH_FILE = "vbench2_i2v_full_info.json"
# A pair with this tag is scored only in the VBench dimensions that the tag names.
DIMENSIONS_TAG = "vbench_dimensions"
_IMAGE_NAME_LETTERS = 80
_NUMBERED = re.compile(r"(?P<number>\d+)_(?P<prompt>.+)")
_TABLES = (*TEXT_SUFFIXES, *TYPED_SUFFIXES)


def known_layout(path: Path) -> PairTable | None:
    """Return the pairs of a folder or VBench JSON file in a known layout; None if the layout is unknown.

    Raises:
        ImportProblems: the layout is known, but the files contradict each other.
    """
    if path.is_file():
        return _vbench(path) if path.suffix.lower() == ".json" else None
    if not path.is_dir():
        return None
    if (path / VBENCH_FILE).is_file():
        return _vbench(path / VBENCH_FILE)
    configs = sorted((path / "configs").glob("*.yaml"))
    if configs and (path / "img").is_dir():
        return _animate_bench(path, configs)
    if any(each.suffix.lower() in _TABLES for each in _files(path)):
        return None
    images = [each for each in _files(path) if each.suffix.lower() in IMAGE_SUFFIXES]
    if images and all(_NUMBERED.fullmatch(each.stem) for each in images):
        return _aigcbench(path, images)
    if images and all(" " in each.stem for each in images):
        return _named_by_prompt(path, images)
    return None


def _vbench(file: Path) -> PairTable:
    """Read the JSON list of VBench-I2V. Each entry contains a prompt and the file name of an image."""
    try:
        entries = json.loads(file.read_text(encoding="utf-8-sig"))
        rows = [
            (
                _text(entry["image_name"]),
                _text(entry["prompt_en"]),
                _text(entry.get("image_type") or ""),
                " ".join(map(_text, _list(entry.get("dimension") or []))),
            )
            for entry in entries
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ImportProblems.of(
            f"{file.name} is not a list of entries with image_name and prompt_en ({type(error).__name__}: "
            f"{error})."
        ) from error
    return _table(("image_name", "prompt_en", "scenario", DIMENSIONS_TAG), rows, _shortened(rows))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def _animate_bench(folder: Path, configs: Sequence[Path]) -> PairTable:
    """Read Animate Bench: configs/STYLE.yaml with prompts, and the images img/STYLE/1 to 5."""
    rows, names = [], {}
    for config in configs:
        style = config.stem
        images = sorted(each for each in _files(folder / "img" / style) if _is_image(each))
        if not images:
            raise ImportProblems.of(f"configs/{config.name} has no images in img/{style}.")
        for image, prompts in zip(images, _prompts_of(config, len(images)), strict=True):
            cell = image.relative_to(folder).as_posix()
            names[cell] = f"{style}{image.stem}"
            rows += [(cell, prompt, style, style) for prompt in prompts]
    return _table(("image", "prompt", "scenario", "style"), rows, names)


def _prompts_of(config: Path, images: int) -> list[list[str]]:
    """Return a list of prompts for each image; a single list of prompts applies to all images."""
    import yaml

    try:
        prompts = yaml.safe_load(config.read_text(encoding="utf-8"))["prompts"]
        lists = [prompts] if all(isinstance(each, str) for each in prompts) else list(prompts)
        texts = [[_text(prompt) for prompt in _list(each)] for each in lists]
    except (yaml.YAMLError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise ImportProblems.of(
            f"configs/{config.name} has no list of prompts ({type(error).__name__})."
        ) from error
    if len(texts) not in (1, images):
        raise ImportProblems.of(
            f"configs/{config.name} has {len(texts)} lists of prompts for {images} images. Write one list "
            "for all images, or one per image."
        )
    return texts * images if len(texts) == 1 else texts


def _aigcbench(folder: Path, images: Sequence[Path]) -> PairTable:
    """Read AIGCBench's generated images: NUMBER_PROMPT.png."""
    rows, names = [], {}
    for image in images:
        match = _NUMBERED.fullmatch(image.stem)
        assert match is not None
        cell = image.relative_to(folder).as_posix()
        names[cell] = match["number"]
        rows.append((cell, match["prompt"].replace("_", " "), "aigcbench"))
    return _table(("image", "prompt", "scenario"), rows, names)


def _named_by_prompt(folder: Path, images: Sequence[Path]) -> PairTable:
    """Read a folder in the layout of VBench's custom images: the name of an image file is the prompt."""
    rows = [(each.relative_to(folder).as_posix(), each.stem, "custom") for each in images]
    return _table(("image", "prompt", "scenario"), rows, _shortened(rows))


def _table(labels: Sequence[str], rows: Iterable[Sequence[str]], names: dict[str, str]) -> PairTable:
    body = tuple(
        TableRow(number, tuple(canonical_name(" ".join(cell.split())) for cell in row))
        for number, row in enumerate(rows, start=1)
    )
    tags = {label: column for column, label in enumerate(labels) if column > 1}
    return PairTable(Columns(0, 1, tags, tuple(labels)), body, names=names)


def _shortened(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return a short name for each image whose file name is a prompt."""
    return {row[0]: prompt_slug(Path(row[0]).stem)[:_IMAGE_NAME_LETTERS].rstrip("_") for row in rows}


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(map(is_hidden_file, path.relative_to(folder).parts)):
            yield path


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in IMAGE_SUFFIXES
