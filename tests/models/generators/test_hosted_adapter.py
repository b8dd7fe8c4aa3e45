"""Hosted models: three published protocols described in TOML, faults of services, keys and costs."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.cli.main import main
from models.generators.base import BadInput, CannotRun, ClipRequest, Crashed, GeneratorError, TimedOut
from models.generators.hosted_adapter import HostedGenerator
from models.generators.ledger import Ledger
from models.generators.recipe_checks import recipe_problems
from models.generators.recipes import HostedRecipe, InvalidRecipe, read_recipe
from models.generators.registry import generators
from models.generators.settings import generator_settings
from tests.models.generators.hosted.stand_in import StandIn, clip_bytes, running
from tests.models.generators.requests import request

FOLDER = Path(__file__).parent / "hosted"
KEY = "a-secret-key"
HTML = (200, {"Content-Type": "text/html"}, b"<html>Please sign in</html>")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setenv("FAL_KEY", KEY)
    monkeypatch.setenv("REPLICATE_API_TOKEN", KEY)
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with running() as state:
        yield state


def recipe(api: StandIn, name: str = "queue-vendor", **limits: float) -> HostedRecipe:
    found = read_recipe(FOLDER / f"{name}.toml")
    assert isinstance(found, HostedRecipe)
    return found.model_copy(
        update={
            "api": found.api.model_copy(update={"base": api.address}),
            "limits": found.limits.model_copy(update=limits),
        }
    )


def generator(api: StandIn, own: HostedRecipe | None = None, *, budget: float = 10.0) -> HostedGenerator:
    made = HostedGenerator(own or recipe(api), recipe_sha256="0" * 64, budget=budget, ledger=Ledger())
    made.load("cpu", "auto")
    return made


def failure(api: StandIn, folder: Path, own: HostedRecipe | None = None) -> GeneratorError:
    with pytest.raises(GeneratorError) as raised:
        list(generator(api, own).generate([request(folder)]))
    return raised.value


@pytest.mark.parametrize(
    ("name", "authorization", "seed"),
    [
        ("queue-vendor", f"Key {KEY}", 7),
        ("prediction-vendor", f"Bearer {KEY}", 7),
        ("task-vendor", f"Bearer {KEY}", None),
    ],
)
def test_a_published_protocol_fits_by_mapping_alone(
    name: str, authorization: str, seed: int | None, api: StandIn, tmp_path: Path
) -> None:
    (clip,) = generator(api, recipe(api, name)).generate([request(tmp_path, seed=7)])

    assert clip.frames.shape == (8, 48, 64, 3)
    assert (clip.provenance.model, clip.provenance.seed) == (name, 7)
    (body,) = api.bodies()
    sent = body.get("input", body)
    assert isinstance(sent, dict)
    assert (sent["prompt"], sent.get("seed")) == ("It jumps.", seed)
    image = str(sent.get("image_url") or sent.get("first_frame_image"))
    assert base64.b64decode(image.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")
    own = [headers for _, path, headers, _ in api.seen if path != "/clip.mp4"]
    assert {headers["Authorization"] for headers in own} == {authorization}
    assert not any("Authorization" in headers for _, path, headers, _ in api.seen if path == "/clip.mp4")
    assert KEY not in json.dumps(clip.provenance.as_json())


@pytest.mark.parametrize("name", ["queue-vendor", "prediction-vendor", "task-vendor"])
def test_the_mapping_has_no_problem(name: str) -> None:
    assert recipe_problems(read_recipe(FOLDER / f"{name}.toml")) == []


def test_a_busy_service_is_asked_again(api: StandIn, tmp_path: Path) -> None:
    api.faults = {
        "image-to-video": [(429, {"Retry-After": "0"}, b""), (503, {}, b"")],
        "status": [(500, {}, b"")],
        "clip.mp4": [(502, {}, b"")],
    }

    (clip,) = generator(api).generate([request(tmp_path)])

    assert len(clip.frames) == 8
    assert len(api.bodies()) == 3


@pytest.mark.parametrize(
    ("fault", "answer", "kind", "message"),
    [
        ("image-to-video", (500, {}, b"oops"), Crashed, "status 500: oops"),
        ("image-to-video", (401, {}, b"bad key"), CannotRun, "refuses the key or the account: status 401"),
        ("image-to-video", (402, {}, b"no credit"), CannotRun, "status 402: no credit"),
        ("image-to-video", HTML, Crashed, "answered with text/html instead of JSON: '<html>"),
        ("image-to-video", (200, {}, b"[1]"), Crashed, r"has no text at status_url: \[1\]"),
        ("image-to-video", (200, {}, b'{"status_url": 3}'), Crashed, "has no text at status_url"),
        (
            "image-to-video",
            (200, {}, b'{"status_url": "https://evil.example/s", "response_url": "x"}'),
            Crashed,
            r"names https://evil\.example/s, which is not an address of .*; the key is not sent",
        ),
        ("status", (200, {}, b'{"status": "FAILED", "error": "NSFW"}'), Crashed, "state 'FAILED': NSFW"),
        ("status", (404, {}, b"gone"), Crashed, "status 404: gone"),
        ("clip.mp4", HTML, Crashed, "not an MP4 video; it starts with b'<html>Please"),
        ("clip.mp4", (404, {}, b""), Crashed, "The video cannot be downloaded: status 404"),
        (
            "clip.mp4",
            (302, {"Location": "http://127.0.0.2:1/x"}, b""),
            Crashed,
            "video is at 'http://127.0.0.2:1/x', which is not an https address",
        ),
        (
            "80e732af-660e-45cd-bd63-580e4f2a94cc",
            (200, {}, b'{"video": {"url": "file:///etc/passwd"}}'),
            Crashed,
            "which is not an https address",
        ),
        ("clip.mp4", (200, {}, b"0" * 2_000_000), Crashed, "larger than 1 MB"),
        ("clip.mp4", (200, {}, clip_bytes(width=32)), Crashed, "has size 32x48, expected 64x48"),
    ],
)
def test_every_fault_is_named(
    fault: str,
    answer: tuple[int, dict[str, str], bytes],
    kind: type[GeneratorError],
    message: str,
    api: StandIn,
    tmp_path: Path,
) -> None:
    api.faults = {fault: [answer]}

    error = failure(api, tmp_path, recipe(api, clip_s=0.5))

    assert isinstance(error, kind)
    assert re.search(message, str(error)), str(error)
    assert KEY not in str(error)
    assert len(api.bodies()) == 1


def test_an_id_that_is_missing_or_strange_stays_in_its_place(api: StandIn, tmp_path: Path) -> None:
    refused = {"task_id": "", "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}
    api.faults = {"video_generation": [(200, {}, json.dumps(refused).encode())]}
    assert re.search(
        "has no text at task_id: .*insufficient balance",
        str(failure(api, tmp_path, recipe(api, "task-vendor"))),
    )

    api.faults = {
        "video_generation": [(200, {}, b'{"task_id": "../x?y=1"}')],
        "video_generation?task_id=..%2Fx%3Fy%3D1": [(404, {}, b"no such task")],
    }
    assert "status 404: no such task" in str(failure(api, tmp_path, recipe(api, "task-vendor")))


def test_a_service_that_never_finishes_is_a_timeout(api: StandIn, tmp_path: Path) -> None:
    api.faults = {"status": [(200, {}, b'{"status": "IN_QUEUE"}')] * 10_000}

    assert isinstance(failure(api, tmp_path, recipe(api, clip_s=0.3)), TimedOut)


def test_after_a_failed_clip_the_other_paid_clips_are_kept(api: StandIn, tmp_path: Path) -> None:
    asked = [request(tmp_path, "first"), request(tmp_path, "second")]
    api.faults = {"clip.mp4": [HTML]}
    made = generator(api)
    with pytest.raises(Crashed):
        list(made.generate(asked))

    (clip,) = made.generate(asked[1:])

    assert clip.pair_id == "second"
    assert len(api.bodies()) == 2


def test_a_broken_image_costs_nothing_and_does_not_stop_the_clip_before_it(
    api: StandIn, tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    clips = generator(api).generate(
        [request(tmp_path), ClipRequest("broken", tmp_path / "broken.png", "It jumps.")]
    )

    assert next(clips).pair_id == "cat1_it_jumps"
    with pytest.raises(BadInput, match=r"broken\.png cannot be read"):
        next(clips)
    assert len(api.bodies()) == 1


def test_the_budget_is_never_exceeded(api: StandIn, tmp_path: Path) -> None:
    asked = [request(tmp_path, name) for name in ("a", "b", "c")]
    clips = generator(api, budget=0.70).generate(asked)

    assert [next(clips).pair_id, next(clips).pair_id] == ["a", "b"]
    with pytest.raises(CannotRun, match=r"costs 0\.35 USD, and 0\.70 of the budget of 0\.70 USD are spent"):
        next(clips)
    assert len(api.bodies()) == 2


def test_without_a_key_nothing_is_sent(api: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAL_KEY")

    with pytest.raises(CannotRun, match="Set the environment variable FAL_KEY"):
        generator(api)
    assert api.seen == []


def test_the_cost_is_confirmed_before_the_first_request(
    api: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own").mkdir()
    text = (FOLDER / "queue-vendor.toml").read_text().replace("https://queue.fal.run", api.address)
    (tmp_path / "own" / "queue-vendor.toml").write_text(text)
    monkeypatch.setenv("TI2V_ADAPTERS", str(tmp_path / "own"))
    command = ["generate", "--model", "queue-vendor", "--benchmark", "ti2v-starter", "--limit", "2"]

    def run(budget: str) -> int:
        monkeypatch.setenv("TI2V_API_BUDGET", budget)
        for cache in (generator_settings, generators):
            cache.cache_clear()
        return main([*command, "--output", str(tmp_path / "clips")])

    refused, requests = run("0.5"), len(api.seen)
    accepted = run("0.7")
    for cache in (generator_settings, generators):
        cache.cache_clear()

    said = capsys.readouterr().err
    assert (refused, requests, accepted) == (1, 0, 0)
    assert "2 clips cost 0.70 USD. Set TI2V_API_BUDGET to at least this amount." in said
    assert len(list((tmp_path / "clips").glob("*.mp4"))) == 2


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"{seed}"', '"{sead}"', "submit.body: unknown placeholder {sead}"),
        ('prompt = "{prompt}"\n', "", "submit.body: use {prompt}"),
        ('"Key {key}"', '"Key {key} {kay}"', "api.authorization: unknown placeholder {kay}"),
        ('["COMPLETED"]', '["IN_QUEUE"]', "poll: a state cannot be both running and done"),
    ],
)
def test_check_finds_mistakes(tmp_path: Path, old: str, new: str, problem: str) -> None:
    text = (FOLDER / "queue-vendor.toml").read_text()
    assert old in text
    (tmp_path / "queue-vendor.toml").write_text(text.replace(old, new, 1))

    assert any(
        each.startswith(problem) for each in recipe_problems(read_recipe(tmp_path / "queue-vendor.toml"))
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[poll]", '[poll]\nurl = "status_url"', "poll: Value error, set either url or path"),
        ("[result]", '[result]\nurl = "response_url"', "result: Value error, set either url or path"),
        ("?task_id={task_id}", "", "poll.path: String should match pattern"),
    ],
)
def test_an_address_is_given_in_exactly_one_way(tmp_path: Path, old: str, new: str, problem: str) -> None:
    text = (FOLDER / "task-vendor.toml").read_text()
    assert old in text
    (tmp_path / "task-vendor.toml").write_text(text.replace(old, new, 1))

    with pytest.raises(InvalidRecipe) as raised:
        read_recipe(tmp_path / "task-vendor.toml")

    assert [each for each in raised.value.problems if each.startswith(problem)]
