"""Matching of the file names of clips with pairs."""

import unicodedata

import pytest

from benchmark.pairs import ClipName, is_hidden_file, match_clip_names

TAKES = ["car_take", "car_take_1"]


def test_a_name_is_the_pair_id_alone_or_with_a_seed() -> None:
    names = match_clip_names(["toy_runs", "car_goes_7"], ["toy_runs", "car_goes"])

    assert names.matched == {"toy_runs": ClipName("toy_runs", None), "car_goes_7": ClipName("car_goes", 7)}
    assert not names.unknown
    assert not names.ambiguous


def test_a_pair_id_may_end_in_a_number() -> None:
    names = match_clip_names(["car_take_1", "car_take_1_7"], ["car_take_1"])

    assert names.matched == {
        "car_take_1": ClipName("car_take_1", None),
        "car_take_1_7": ClipName("car_take_1", 7),
    }


def test_names_of_no_pair_are_unknown() -> None:
    assert match_clip_names(["bus_goes", "_1", "car_goes_x"], ["car_goes"]).unknown == (
        "bus_goes",
        "_1",
        "car_goes_x",
    )


def test_decomposed_file_names_match_composed_pair_ids() -> None:
    stem = unicodedata.normalize("NFD", "café1_the_cup_moves_0")
    pair_id = unicodedata.normalize("NFC", "café1_the_cup_moves")

    assert stem != unicodedata.normalize("NFC", stem)
    assert match_clip_names([stem], [pair_id]).matched == {stem: ClipName(pair_id, 0)}


def test_a_decomposed_pair_id_is_returned_as_the_benchmark_writes_it() -> None:
    pair_id = unicodedata.normalize("NFD", "café1_moves")

    assert match_clip_names(["café1_moves"], [pair_id]).matched["café1_moves"].pair_id == pair_id


@pytest.mark.parametrize(
    ("stems", "meant"),
    [
        (["car_take_1", "car_take_1_1"], {"car_take": 1, "car_take_1": 1}),
        (["car_take", "car_take_1"], {"car_take": None, "car_take_1": None}),
        (["car_take_1", "bus_goes_1"], {"car_take": 1, "bus_goes": 1}),
        (["car_take_1", "bus_goes"], {"car_take_1": None, "bus_goes": None}),
        (["car_take_1", "bus_goes_1", "car_take_1_1", "dog"], {"car_take": 1, "car_take_1": 1}),
    ],
)
def test_other_names_decide_between_a_pair_id_and_a_seed(
    stems: list[str], meant: dict[str, int | None]
) -> None:
    names = match_clip_names(stems, [*TAKES, "bus_goes", "dog"])

    assert not names.ambiguous
    assert {name.pair_id: name.seed for name in names.matched.values()} | meant == {
        name.pair_id: name.seed for name in names.matched.values()
    }


def test_a_chain_of_readings_is_decided_from_its_end() -> None:
    pair_ids = ["take", "take_1", "take_1_1"]

    names = match_clip_names([f"{pair_id}_1" for pair_id in pair_ids], pair_ids)

    assert {name.pair_id: name.seed for name in names.matched.values()} == dict.fromkeys(pair_ids, 1)


@pytest.mark.parametrize("others", [[], ["bus_goes_0"]])
def test_what_nothing_decides_is_ambiguous_and_names_both_readings(others: list[str]) -> None:
    (name,) = match_clip_names(["car_take_1", *others], [*TAKES, "bus_goes"]).ambiguous

    assert name.stem == "car_take_1"
    assert name.pair_id == ClipName("car_take_1", None)
    assert name.with_seed == ClipName("car_take", 1)


def test_files_that_start_with_a_dot_are_hidden() -> None:
    assert is_hidden_file("._toy1_moves_0.mp4")
    assert is_hidden_file(".DS_Store")
    assert not is_hidden_file("toy1._moves.mp4")
