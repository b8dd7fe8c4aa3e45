"""The committed clips of the worked examples equal the clips that the scene engine renders."""

from pathlib import Path

import av
import numpy as np
import pytest

from app.phases.examples import WORKED_EXAMPLES
from benchmark.protocol import Choice, Justification
from benchmark.scenes.worked_examples import CLIPS, FRAMES, SIDE, draw_example

FOLDER = Path(__file__).parents[3] / "app" / "static" / "examples"


@pytest.mark.parametrize("name", CLIPS)
def test_a_committed_clip_shows_the_rendered_frames(name: str) -> None:
    with av.open(str(FOLDER / f"{name}.mp4")) as container:
        shown = np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])

    assert shown.shape == (FRAMES, SIDE, SIDE, 3)
    drawn = draw_example(name)
    assert np.abs(shown.astype(int) - drawn.astype(int)).mean() < 6


def test_each_justification_has_an_example_and_both_sides_win() -> None:
    titles = [each.title.lower().replace(" ", "_") for each in WORKED_EXAMPLES]
    winners = [each.winner for each in WORKED_EXAMPLES]

    assert titles == [each.value for each in Justification]
    assert winners.count(Choice.LEFT) == winners.count(Choice.RIGHT) == 2
    for scene in ("fish", "kites"):
        assert {each.winner for each in WORKED_EXAMPLES if each.scene == scene} == set(Choice)
