"""The bundled benchmark: its size, its pinned files, and the repeated drawing of its images."""

import hashlib
import json

import pytest
from PIL import Image

from benchmark.data import bundled_folder
from benchmark.importers.official import read_official
from benchmark.pairs import pair_id
from benchmark.scenes import SCENARIOS
from benchmark.scenes.benchmarks import (
    IMAGE_SIDE,
    LARGEST_DIFFERENCE,
    LICENCE,
    bundled_pairs,
    redraw_difference,
)
from benchmark.scenes.plan import plan_benchmark

MANIFEST = json.loads((bundled_folder() / "manifest.json").read_text(encoding="utf-8"))
LARGEST_TOTAL_BYTES = 12_000_000


def test_it_is_what_the_importer_of_the_official_layout_reads() -> None:
    pairs = read_official(bundled_folder()).pairs

    assert len(pairs) == 320
    assert len({pair.image for pair in pairs}) == 88
    assert len({pair.prompt for pair in pairs}) == 133
    assert {pair.scenario for pair in pairs} == set(SCENARIOS)
    assert {pair.id for pair in pairs} == set(bundled_pairs())


def test_style_and_hard_case_are_in_the_table() -> None:
    pairs = {pair.id: pair for pair in read_official(bundled_folder()).pairs}

    for id_, bundled in bundled_pairs().items():
        assert pairs[id_].style == bundled.style
        assert (pairs[id_].hard_case or None) == bundled.described.hard_case


def test_pair_ids_follow_the_rule_of_names() -> None:
    assert all(id_ == pair_id(pair.image, pair.prompt) for id_, pair in bundled_pairs().items())


def test_every_file_is_pinned_by_its_sha256() -> None:
    folder = bundled_folder()
    pinned = {path: entry["sha256"] for path, entry in MANIFEST["images"].items()}
    pinned["prompt.csv"] = MANIFEST["prompt.csv"]

    assert {path: hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in pinned} == pinned
    assert {f"images/{file.name}" for file in (folder / "images").iterdir()} == set(MANIFEST["images"])


def test_the_images_together_stay_small() -> None:
    total = sum(file.stat().st_size for file in (bundled_folder() / "images").iterdir())

    assert total < LARGEST_TOTAL_BYTES


def test_the_manifest_describes_the_images_as_the_table_does() -> None:
    pairs = bundled_pairs().values()
    described = {
        pair.image_path: {"scenario": pair.scenario, "style": pair.style, "seed": pair.seed} for pair in pairs
    }

    for path, entry in MANIFEST["images"].items():
        assert entry == described[path] | {"sha256": entry["sha256"]}
        with Image.open(bundled_folder() / path) as image:
            assert image.size == (MANIFEST["image_side"], MANIFEST["image_side"]) == (IMAGE_SIDE, IMAGE_SIDE)
    assert (MANIFEST["pairs"], MANIFEST["licence"]) == (len(pairs), LICENCE)


def test_the_table_is_the_plan_of_the_pinned_seed() -> None:
    assert list(bundled_pairs().values()) == plan_benchmark(320, seed=2412)


# One image of each scenario, styles in turn; `ti2v benchmark redraw` compares all 88.
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_image_drawn_again_is_the_bundled_one(scenario: str) -> None:
    number = list(SCENARIOS).index(scenario) % 4 + 1
    pair = next(pair for pair in bundled_pairs().values() if pair.image == f"{scenario}{number}")

    assert redraw_difference(pair, bundled_folder()) <= LARGEST_DIFFERENCE
