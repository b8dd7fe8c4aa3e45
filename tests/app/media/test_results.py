"""The server validates the results of the sandbox's child processes before it uses them."""

import pytest

from app.media.images import ImageFacts, ImageFormat
from app.media.sandbox import Json, WorkDied, read_result

VALID: dict[str, Json] = {"format": "png", "width": 80, "height": 48, "bytes": 1000}


def test_a_valid_result_is_read() -> None:
    assert read_result(VALID, ImageFacts) == ImageFacts(ImageFormat.PNG, 80, 48, 1000)


@pytest.mark.parametrize("lie", [{"width": "<script>"}, {"format": "svg"}, {"bytes": None}, {"height": [1]}])
def test_an_answer_of_another_form_is_no_answer(lie: dict[str, Json]) -> None:
    with pytest.raises(WorkDied):
        read_result({**VALID, **lie}, ImageFacts)


def test_an_answer_with_a_part_missing_is_no_answer() -> None:
    with pytest.raises(WorkDied):
        read_result({"format": "png"}, ImageFacts)
