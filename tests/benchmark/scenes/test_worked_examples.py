"""The committed clips of the worked examples equal the clips that the scene engine renders."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from app.phases.examples import WORKED_EXAMPLES
from benchmark.protocol import Choice, Justification
from benchmark.scenes.worked_examples import FRAMES, SIDE, write_examples

FOLDER = Path(__file__).parents[3] / "app" / "static" / "examples"


def pictures(path: Path) -> NDArray[np.int_]:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]).astype(int)


def test_the_committed_files_show_what_the_scene_engine_renders(tmp_path: Path) -> None:
    write_examples(tmp_path)

    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted(path.name for path in FOLDER.iterdir())
    for name in written:
        committed = pictures(FOLDER / name)
        assert committed.shape == (FRAMES if name.endswith(".mp4") else 1, SIDE, SIDE, 3)
        assert np.abs(committed - pictures(tmp_path / name)).mean() < 6


def test_each_justification_has_an_example_and_both_sides_win() -> None:
    titles = [each.title.lower().replace(" ", "_") for each in WORKED_EXAMPLES]
    winners = [each.winner for each in WORKED_EXAMPLES]

    assert titles == [each.value for each in Justification]
    assert winners.count(Choice.LEFT) == winners.count(Choice.RIGHT) == 2
    for scene in ("fish", "kites"):
        assert {each.winner for each in WORKED_EXAMPLES if each.scene == scene} == set(Choice)
