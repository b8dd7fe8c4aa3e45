"""The main workflow: upload of clips over REST, blind votes in a browser, computation of the TI2V score.

The test always runs on a part of the bundled benchmark. If TI2V_TEST_DATA is set, it also runs on real clips
of four models, with `make prove` on all of them. docs/tutorial.md describes the same workflow.
"""

import csv
import io
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page

from app.context import AppContext
from app.media.sandbox import Sandbox
from benchmark.data import bundled_folder
from benchmark.protocol import Role
from benchmark.scenes import draw_clip
from tests.browser.conftest import chromium, new_context
from tests.cast import make_actor
from tests.conftest import open_with_sandbox, serving, settings_for
from tests.release import copy_benchmark, copy_clips, first_pairs

__all__ = ["chromium", "new_context"]

pytestmark = pytest.mark.browser
REASONS = ("image_alignment", "text_alignment", "object_motion", "overall_quality")


@dataclass(frozen=True)
class World:
    """A benchmark's folder, a folder of clips for each model, the reference and the other models."""

    benchmark: Path
    clips: dict[str, Path]
    reference: str
    others: tuple[str, ...]
    annotators: int
    comparisons: int


@dataclass(frozen=True)
class CommandLine:
    """A researcher who runs commands with a key against a running server."""

    home: Path
    server: str
    key: str

    def ti2v(self, *words: str) -> str:
        """Run a command; return what it printed on stdout."""
        program = Path(sys.executable).with_name("ti2v")
        environment = {
            **os.environ,
            "TI2V_HOME": str(self.home),
            "TI2V_SERVER": self.server,
            "TI2V_KEY": self.key,
        }
        done = subprocess.run([program, *words], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(params=["bundled", "real", pytest.param("all real", marks=pytest.mark.full_size)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "bundled":
        return bundled_world(tmp_path)
    data: Path = request.getfixturevalue("test_data")
    outputs = {folder.name: folder for folder in sorted((data / "outputs").iterdir())}
    others = ("cinemo", "dynamicrafter", "cogvideox")
    if request.param == "all real":
        return World(data, outputs, "motif", others, 20, 153)
    pairs = sorted(clip.stem.removesuffix("_0") for clip in outputs["motif"].iterdir())[:4]
    benchmark = copy_benchmark(data, tmp_path / "benchmark", pairs)
    clips = {
        model: copy_clips(folder, tmp_path / "clips" / model, pairs) for model, folder in outputs.items()
    }
    return World(benchmark, clips, "motif", others, 6, 12)


def bundled_world(folder: Path) -> World:
    """Draw clips of two models for the first 12 pairs of the bundled benchmark."""
    pairs = first_pairs(bundled_folder(), 12)
    clips = {model: folder / "clips" / model for model in ("reference", "static")}
    for model, of_model in clips.items():
        of_model.mkdir(parents=True)
        for pair in pairs:
            (of_model / f"{pair}_0.mp4").write_bytes(draw_clip(model, pair, frames=8, size=128))
    benchmark = copy_benchmark(bundled_folder(), folder / "benchmark", pairs)
    return World(benchmark, clips, "reference", ("static",), 6, 12)


@pytest.fixture
def context(migrated_sqlite: Path, tmp_path: Path, sandbox: Sandbox) -> Iterator[AppContext]:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(migrated_sqlite, home / "ti2v.sqlite3")
    with open_with_sandbox(settings_for(home), sandbox) as context:
        yield context


@pytest.fixture
def command_line(context: AppContext) -> Iterator[CommandLine]:
    researcher = make_actor(context, "alice", Role.RESEARCHER)
    with serving(context) as address:
        yield CommandLine(context.settings.home, address, researcher.key)


def hand_in(command_line: CommandLine, world: World) -> None:
    command_line.ti2v("benchmark", "import", str(world.benchmark), "--slug", "bench")
    for model, folder in world.clips.items():
        command_line.ti2v("submit", str(folder), "--model", model, "--benchmark", "bench", "--allow-partial")


def open_study(command_line: CommandLine, world: World) -> list[str]:
    """Open the study; return an invitation for each annotator, and two for people with a browser."""
    matchups = [word for other in world.others for word in ("--matchup", f"{world.reference}:{other}")]
    command_line.ti2v(
        "study", "create", "study", "--benchmark", "bench", "--title", "The main job", *matchups
    )
    command_line.ti2v("study", "open", "study")
    return command_line.ti2v("study", "invite", "study", "--count", str(world.annotators + 2)).split()


def here(link: str, command_line: CommandLine) -> str:
    """Return an invitation link that starts with the address of the test's server."""
    return command_line.server + link[link.index("/invite/") :]


def open_voting_page(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("link", name="Start").click()
    page.locator("[data-part=submit] span", has_text="Choose A or B").wait_for()


def vote_by_mouse(page: Page) -> None:
    token = page.locator("[data-part=vote-form] [name=token]").input_value()
    page.get_by_role("article", name="Clip A").locator(".choose").click()
    page.locator(".tiles label", has_text="Object motion").click()
    page.locator(".submit:visible").click()
    wait_for_next(page, token)


def vote_by_keyboard(page: Page) -> None:
    token = page.locator("[data-part=vote-form] [name=token]").input_value()
    for key in ("b", "2", "Enter"):
        page.keyboard.press(key)
    wait_for_next(page, token)


def wait_for_next(page: Page, token: str) -> None:
    page.locator(f"[data-part=vote-form] [name=token]:not([value='{token}'])").wait_for(state="attached")


def judge_all(command_line: CommandLine, link: str, number: int) -> int:
    """Vote on all comparisons as one annotator: download both clips, choose, give reasons."""
    rng = random.Random(number)
    votes = 0
    with httpx2.Client(base_url=command_line.server, timeout=120) as browser:
        assert browser.get(link).status_code == 200
        while True:
            answer = browser.post("/api/v1/studies/study/assignments")
            if answer.status_code == 204:
                return votes
            card = answer.json()
            left, right = browser.get(card["left_url"]), browser.get(card["right_url"])
            assert len(left.content) == len(right.content)
            vote_request = {
                "choice": rng.choice(("left", "right")),
                "justifications": rng.sample(REASONS, rng.randint(1, 3)),
            }
            taken = browser.post(f"/api/v1/assignments/{card['token']}/vote", json=vote_request)
            assert taken.status_code == 201, taken.text
            votes += 1


def recount(votes_csv: str) -> dict[str, dict[str, str]]:
    """Count the preferences from votes.csv, without the statistics code of this project."""
    rows = [row for row in csv.DictReader(io.StringIO(votes_csv)) if row["status"] == "valid"]
    panels: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    reasons: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    votes: Counter[str] = Counter()
    for row in rows:
        side = "reference" if row["chosen"] == row["reference"] else "other"
        panels[row["matchup"]][row["pair"]][side] += 1
        votes[row["matchup"]] += 1
        for reason in REASONS:
            reasons[row["matchup"]][reason, side] += int(row[reason])
    table = {}
    for matchup, pairs in panels.items():
        won = sum(panel["reference"] > panel["other"] for panel in pairs.values())
        lost = sum(panel["reference"] < panel["other"] for panel in pairs.values())
        line = {"votes": str(votes[matchup]), "pairs_decided": str(won + lost)}
        line |= {
            "ti2v_score_reference": tenths(won, won + lost),
            "ti2v_score_other": tenths(lost, won + lost),
        }
        for reason in REASONS:
            for side in ("reference", "other"):
                line[f"{reason}_{side}"] = tenths(reasons[matchup][reason, side], votes[matchup])
        table[matchup] = line
    return table


def tenths(count: int, total: int) -> str:
    """Return a percentage, rounded half up on integers, as printed in the paper."""
    rounded = (2000 * count + total) // (2 * total)
    return f"{rounded // 10}.{rounded % 10}"


def by_matchup(preferences_csv: str) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(preferences_csv))
    return {row["matchup"]: row for row in rows if row["matchup"] != "average"}


def test_clips_go_in_people_vote_and_the_score_comes_out(
    world: World, command_line: CommandLine, new_context: Callable[..., object], tmp_path: Path
) -> None:
    hand_in(command_line, world)
    links = [here(link, command_line) for link in open_study(command_line, world)]

    for link, votes_in_a_way in zip(links, (vote_by_mouse, vote_by_keyboard), strict=False):
        page: Page = new_context().new_page()  # type: ignore[attr-defined]
        open_voting_page(page, link)
        votes_in_a_way(page)
        # They leave holding what was shown next; those slots must be released or be voted on later.
        page.close()
    with ThreadPoolExecutor(4) as people:
        votes = sum(
            people.map(
                lambda number: judge_all(command_line, links[2 + number], number), range(world.annotators)
            )
        )
    held = finish_what_was_held(command_line, links[:2])
    command_line.ti2v("study", "close", "study")

    votes_csv = command_line.ti2v("export", "study", "--table", "votes", "--format", "csv")
    (tmp_path / "votes.csv").write_text(votes_csv)
    preferences_csv = command_line.ti2v("export", "study", "--table", "preferences", "--format", "csv")
    assert votes + held + 2 == world.comparisons * 5
    compare_with_recount(by_matchup(preferences_csv), recount(votes_csv))
    offline_csv = command_line.ti2v("score", str(tmp_path / "votes.csv"))
    assert offline_csv == preferences_csv
    assert_same_over_rest(command_line, preferences_csv)


def finish_what_was_held(command_line: CommandLine, links: list[str]) -> int:
    """The two people with a browser return and vote on all remaining comparisons."""
    return sum(judge_all(command_line, link, 100 + number) for number, link in enumerate(links))


def compare_with_recount(table: dict[str, dict[str, str]], counted: dict[str, dict[str, str]]) -> None:
    assert set(table) == set(counted)
    for matchup, line in counted.items():
        assert {name: table[matchup][name] for name in line} == line


def assert_same_over_rest(command_line: CommandLine, preferences_csv: str) -> None:
    answer = httpx2.get(
        f"{command_line.server}/api/v1/studies/study/results",
        headers={"Authorization": f"Bearer {command_line.key}"},
    )
    rows = json.loads(answer.text)["preferences"]
    assert answer.json()["interim"] is False
    exported = list(csv.DictReader(io.StringIO(preferences_csv)))
    assert [str(row["ti2v_score_reference"]) for row in rows] == [
        row["ti2v_score_reference"] for row in exported
    ]
