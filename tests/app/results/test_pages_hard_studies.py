"""Studies with one vote, one annotator or one opinion have every page, and no page shows NaN."""

from collections.abc import Callable

import pytest

from benchmark.protocol import Side
from tests.app.results.page_voters import annotator, close, fill_panels, signed_in, vote
from tests.cast import PAIR_IDS, Cast, Study
from tests.page_text import text_of

PAGES = ("results", "results/1", "scenarios/kite", f"pairs/{PAIR_IDS[0]}")
HARD: dict[str, Callable[[Study], object]] = {
    "nobody": lambda _study: None,
    "one vote": lambda study: vote(annotator(study), study),
    "one annotator": lambda study: fill_panels(study, people=1),
    "all on one side": lambda study: fill_panels(study, people=5),
    "all on the other": lambda study: fill_panels(study, people=3, opinion=lambda _shown: Side.OTHER),
    "all undecided": lambda study: [
        fill_panels(study, people=1, opinion=lambda _shown, side=side: side) for side in Side
    ],
}


@pytest.mark.parametrize("hard", HARD)
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_every_page_is_whole(cast: Cast, hard: str, closed: bool) -> None:
    study = cast.open_study(others=["cinemo"])
    HARD[hard](study)
    if closed:
        close(study, cast.alice)
    alice = signed_in(cast.context, cast.alice)

    for page in PAGES:
        answer = alice.get(f"/studies/motif-study/{page}")
        words = text_of(answer.text)
        assert answer.status_code == 200, page
        assert " nan" not in words.lower(), page
        assert "None" not in words, page
        assert closed or "p =" not in words, page
    results = alice.get("/api/v1/studies/motif-study/results")
    assert results.status_code == 200
    assert "NaN" not in results.text


def test_a_clean_sweep_has_an_interval(cast: Cast) -> None:
    study = cast.open_study(others=["cinemo"])
    fill_panels(study, people=1, opinion=lambda _shown: Side.OTHER)
    close(study, cast.alice)

    words = text_of(signed_in(cast.context, cast.alice).get("/studies/motif-study/results").text)

    # Wilson, 0 of 6.
    assert "[0.0, 39.0]" in words
