"""Runs the example in docs/api.md against a real server."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.context import AppContext
from tests.cast import BENCHMARK, PAIR_IDS, Cast, write_clip

DOC = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_example_of_the_documentation(
    context: AppContext,
    cast: Cast,
    live_server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOC.read_text(encoding="utf-8"), re.S)
    for shade, model in enumerate(("model-a", "model-b")):
        (tmp_path / model).mkdir()
        for number, pair_id in enumerate(PAIR_IDS):
            write_clip(tmp_path / model / f"{pair_id}.mp4", shade=100 * shade + number)
    monkeypatch.chdir(tmp_path)
    # An invitation link names the public address, which the fixed settings of the tests cannot know.
    code = code.replace("annotator.get(link)", "annotator.get(httpx.URL(link).path)")
    monkeypatch.setenv("TI2V_SERVER", live_server)
    monkeypatch.setenv("TI2V_KEY", cast.alice.key)

    program: dict[str, Any] = {}
    exec(code.replace('"ti2v-bench"', f'"{BENCHMARK}"'), program)
    for client in ("me", "annotator"):
        program[client].close()

    reference, score, other, other_score, votes = capsys.readouterr().out.split()
    assert (reference, other, votes) == ("model-a", "model-b", str(len(PAIR_IDS)))
    assert float(score) + float(other_score) == 100
