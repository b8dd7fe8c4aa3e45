"""Runs the example in docs/sdk.md against a real server with annotators."""

import re
from pathlib import Path

import httpx2
import pytest

import ti2v_bench
from tests.cast import BENCHMARK, PAIR_IDS, Cast, write_clip

DOC = Path(__file__).parents[2] / "docs" / "sdk.md"
PAIRS = len(PAIR_IDS)


class Audience:
    """Replaces `print`: stores the printed text, and lets an annotator vote for every printed link."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.printed: list[str] = []

    def print(self, *words: object) -> None:
        line = " ".join(map(str, words))
        self.printed.append(line)
        if "/invite/" in line:
            vote_on_everything(self.server, line.partition("/invite/")[2])


def vote_on_everything(server: str, token: str) -> None:
    """Open an invitation, watch both clips of every comparison and choose the left one."""
    with httpx2.Client(base_url=server, follow_redirects=True) as browser:
        slug = re.search(r"/studies/([^/\"]+)/vote", browser.get(f"/invite/{token}").text)
        assert slug is not None
        while True:
            answer = browser.post(f"/api/v1/studies/{slug[1]}/assignments")
            if answer.status_code == 204:
                return
            assignment = answer.json()
            for side in ("left_url", "right_url"):
                assert browser.get(assignment[side]).status_code == 200
            body = {"choice": "left", "justifications": ["object_motion"]}
            assert browser.post(f"/api/v1/assignments/{assignment['token']}/vote", json=body).is_success


def example() -> str:
    (code,) = re.findall(r"```python\n(.*?)```", DOC.read_text(encoding="utf-8"), re.S)
    # The cast's benchmark is smaller, and two people vote once on each of its comparisons.
    for theirs, ours in (
        ('"ti2v-bench"', f'"{BENCHMARK}"'),
        ("votes_per_comparison=5", "votes_per_comparison=1"),
        ("count=10", "count=2"),
    ):
        assert theirs in code
        code = code.replace(theirs, ours)
    return code


def test_the_example_of_the_documentation(
    cast: Cast, live_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "clips" / "my-model"
    folder.mkdir(parents=True)
    for number, pair_id in enumerate(PAIR_IDS):
        write_clip(folder / f"{pair_id}_0.mp4", shade=100 + number)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TI2V_SERVER", live_server)
    monkeypatch.setenv("TI2V_KEY", cast.alice.key)
    audience = Audience(live_server)

    exec(compile(example(), str(DOC), "exec"), {"print": audience.print})  # our own documentation

    assert f"{PAIRS} of {PAIRS} votes" in audience.printed
    table = audience.printed[-1]
    assert "motif:my-model" in table
    assert "ti2v_score_reference" in table


def test_every_exported_name_is_documented_by_its_type() -> None:
    for name in ti2v_bench.__all__:
        assert getattr(ti2v_bench, name).__module__.startswith("benchmark.")


def test_a_study_that_gets_no_votes_ends_the_wait(cast: Cast, live_server: str) -> None:
    study = cast.open_study()

    with ti2v_bench.Client(live_server, cast.alice.key) as client, pytest.raises(TimeoutError, match="0 of"):
        client.studies.wait(study.slug, every_s=0.01, timeout_s=0.02)
