"""Matching of a folder's clips with pairs: seeds, names from a table, and files that are not clips."""

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.client.clip_folder import ClipFolder, read_clip_folder
from benchmark.pairs import ClipName

PAIRS = ("car_take", "cat_sleeps")
HIDDEN = "hidden files and files of the system, such as macOS writes next to every file"
Fill = Callable[..., Path]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Make a folder with empty files of these names."""

    def _fill(*names: str) -> Path:
        folder = tmp_path / "clips"
        folder.mkdir(exist_ok=True)
        for name in names:
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.touch()
        return folder

    return _fill


def clips(folder: ClipFolder) -> dict[tuple[str, int], str]:
    return {(clip.pair_id, clip.seed): clip.path.name for clip in folder.clips}


def test_every_seed_is_read(fill: Fill) -> None:
    read = read_clip_folder(fill("car_take_0.mp4", "car_take_7.mp4", "cat_sleeps_7.mp4"), PAIRS)

    assert clips(read) == {
        ("car_take", 0): "car_take_0.mp4",
        ("car_take", 7): "car_take_7.mp4",
        ("cat_sleeps", 7): "cat_sleeps_7.mp4",
    }
    assert read.missing == ("cat_sleeps",)
    assert read.problems == ()


def test_a_name_without_a_seed_is_seed_0_or_the_one_asked_for(fill: Fill) -> None:
    folder = fill("car_take.mp4", "cat_sleeps_7.mp4")

    assert clips(read_clip_folder(folder, PAIRS)) == {
        ("car_take", 0): "car_take.mp4",
        ("cat_sleeps", 7): "cat_sleeps_7.mp4",
    }
    assert clips(read_clip_folder(folder, PAIRS, seed=7)) == {
        ("car_take", 7): "car_take.mp4",
        ("cat_sleeps", 7): "cat_sleeps_7.mp4",
    }


def test_other_seeds_than_the_one_asked_for_are_counted(fill: Fill) -> None:
    read = read_clip_folder(fill("car_take_0.mp4", "car_take_7.mp4"), PAIRS, seed=7)

    assert clips(read) == {("car_take", 7): "car_take_7.mp4"}
    assert read.other_seeds == 1
    assert read.missing == ("cat_sleeps_7",)


def test_two_files_for_one_pair_and_seed_are_a_problem(fill: Fill) -> None:
    read = read_clip_folder(fill("car_take.mp4", "car_take_0.mp4"), PAIRS)

    assert read.problems == (
        "car_take: both car_take.mp4 and car_take_0.mp4 are clips of this pair; keep one of them",
    )


def test_quicktime_files_and_capital_suffixes_are_clips(fill: Fill) -> None:
    assert len(read_clip_folder(fill("car_take.mov", "cat_sleeps.MP4"), PAIRS).clips) == 2


def test_files_that_are_no_clips_are_listed_with_the_reason(fill: Fill) -> None:
    folder = fill(
        "car_take.mp4",
        "._car_take.mp4",
        "cat_sleeps.webm",
        "other.gif",
        "notes.txt",
        "cat_sleeps/0001.png",
        "old/readme.md",
        "manifest.jsonl",
        "Thumbs.db",
        "~$car_take.mp4",
        "@eaDir/0001.jpg",
    )

    unused = read_clip_folder(folder, PAIRS).unused

    by_name = {name: reason for reason, names in unused.items() for name in names}
    assert by_name == {
        "._car_take.mp4": HIDDEN,
        "Thumbs.db": HIDDEN,
        "~$car_take.mp4": HIDDEN,
        "@eaDir": HIDDEN,
        "cat_sleeps.webm": ".webm files; convert them with: ti2v convert DIR --to OUT",
        "other.gif": ".gif files; convert them with: ti2v convert DIR --to OUT",
        "notes.txt": "not video files",
        "cat_sleeps": "folders of frames; convert them with: ti2v convert DIR --to OUT --fps N",
        "old": "folders, which are not searched",
    }


def test_names_that_a_mac_decomposed_are_found(fill: Fill) -> None:
    folder = fill(unicodedata.normalize("NFD", "café_the_cup_moves.mp4"))

    read = read_clip_folder(folder, [unicodedata.normalize("NFC", "café_the_cup_moves")])

    assert (len(read.clips), read.missing, read.problems) == (1, (), ())


def test_a_prompt_that_ends_in_a_number_is_distinguished_from_a_seed(fill: Fill) -> None:
    folder = fill("car_take_1.mp4", "car_take_1_1.mp4")

    read = read_clip_folder(folder, ["car_take", "car_take_1"], seed=1)

    assert clips(read) == {("car_take", 1): "car_take_1.mp4", ("car_take_1", 1): "car_take_1_1.mp4"}
    assert read.problems == ()


def test_a_table_says_which_pair_a_file_is_for(fill: Fill) -> None:
    names = {"0001.mp4": ClipName("car_take", None), "0002.mp4": ClipName("cat_sleeps", 7)}

    read = read_clip_folder(fill("0001.mp4", "0002.mp4"), PAIRS, names=names)

    assert clips(read) == {("car_take", 0): "0001.mp4", ("cat_sleeps", 7): "0002.mp4"}
    assert read.problems == ()


def test_a_table_and_a_folder_that_differ_are_a_problem(fill: Fill) -> None:
    names = {"gone.mp4": ClipName("car_take", None), "0001.mp4": ClipName("dog_runs", None)}

    read = read_clip_folder(fill("0001.mp4", "more.mp4"), PAIRS, names=names)

    assert set(read.problems) == {
        "more.mp4: the table of names does not contain this file",
        "gone.mp4: the table of names contains this file, but the folder does not",
        "0001.mp4: the benchmark has no pair dog_runs",
    }


@pytest.mark.parametrize(("seed", "right"), [(None, "car_take_1_0.mp4"), (7, "car_take_1_7.mp4")])
def test_the_advice_for_an_ambiguous_name_keeps_pair_and_seed(
    fill: Fill, seed: int | None, right: str
) -> None:
    pairs = ["car_take", "car_take_1"]
    (problem,) = read_clip_folder(fill("car_take_1.mp4"), pairs, seed=seed).problems

    assert f"if it is a clip of car_take_1, rename it to {right}; otherwise use a table of names" in problem

    (fill() / "car_take_1.mp4").rename(fill() / right)
    assert clips(read_clip_folder(fill(), pairs, seed=seed)) == {("car_take_1", seed or 0): right}


def test_a_seed_with_leading_zeros_is_the_same_seed(fill: Fill) -> None:
    assert clips(read_clip_folder(fill("car_take_007.mp4"), PAIRS)) == {("car_take", 7): "car_take_007.mp4"}

    problems = read_clip_folder(fill("car_take_7.mp4"), PAIRS).problems

    assert problems == (
        "car_take: both car_take_007.mp4 and car_take_7.mp4 are clips of this pair; keep one of them",
    )


def test_a_seed_larger_than_servers_store_is_a_problem(fill: Fill) -> None:
    read = read_clip_folder(fill("car_take_4294967295.mp4", "cat_sleeps_4294967296.mp4"), PAIRS)

    assert clips(read) == {("car_take", 4294967295): "car_take_4294967295.mp4"}
    assert read.problems == (
        "cat_sleeps_4294967296.mp4: the seed is larger than 4294967295, the largest seed",
    )
