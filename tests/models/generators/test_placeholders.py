"""Substitution of an adapter's placeholders."""

import pytest

from models.generators.placeholders import fill, fill_structure, placeholders_in

CLIPS = [{"prompt": "a", "seed": 1, "index": 0}, {"prompt": "b", "seed": 2, "index": 1}]


def test_a_list_with_one_clip_element_is_expanded() -> None:
    config = {
        "prompts": ["{prompt}"],
        "seeds": ["{seed}"],
        "rows": [["{index}", "{prompt}"]],
        "size": [320, 512],
    }

    filled = fill_structure(config, {"seed": 9}, CLIPS)

    assert filled == {
        "prompts": ["a", "b"],
        "seeds": [1, 2],
        "rows": [[0, "a"], [1, "b"]],
        "size": [320, 512],
    }


def test_outside_a_list_the_seed_is_that_of_the_run() -> None:
    assert fill_structure({"seed": "{seed}"}, {"seed": 9}, CLIPS) == {"seed": 9}


def test_inserted_values_are_not_substituted_again() -> None:
    assert fill("{prompt}.mp4", {"prompt": "{work}"}) == "{work}.mp4"


def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill("{stem}", {})


def test_placeholders_are_found_anywhere() -> None:
    assert placeholders_in({"a": ["x{seed}", {"b": "{work}/{stem}"}], "c": 1}) == {"seed", "work", "stem"}
