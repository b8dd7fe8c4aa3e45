"""`ti2v generate`: output folders, shards, resuming and errors."""

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from benchmark.cli.main import main
from benchmark.scenes.benchmarks import bundled_pairs
from models.generators.output_folder import read_manifests
from tests.models.generators.requests import small_benchmark

PAIRS = list(bundled_pairs())
PROGRAM = "import sys; from benchmark.cli.main import main; sys.exit(main(sys.argv[1:]))"


def place(output: Path) -> list[str]:
    return ["--benchmark", "ti2v-starter", "--output", str(output)]


def generate(output: Path, *more: str, model: str = "static") -> int:
    return main(["generate", "--model", model, *place(output), *more])


def clips(output: Path) -> list[str]:
    return sorted(path.name for path in output.glob("*.mp4"))


def test_clips_are_named_as_in_the_official_release(tmp_path: Path) -> None:
    assert generate(tmp_path, "--limit", "3", "--seed", "5") == 0

    assert clips(tmp_path) == sorted(f"{pair}_5.mp4" for pair in PAIRS[:3])
    with av.open(str(tmp_path / f"{PAIRS[0]}_5.mp4"), format="mp4") as container:
        stream = container.streams.video[0]
        assert (stream.frames, stream.width, stream.height, stream.average_rate) == (16, 320, 320, 8)


def test_the_manifest_records_how_every_clip_was_generated(tmp_path: Path) -> None:
    generate(tmp_path, "--limit", "2")

    lines = list(read_manifests(tmp_path))

    assert [line["pair"] for line in lines] == PAIRS[:2]
    assert {line["model"] for line in lines} == {"static"}
    assert {line["device"] for line in lines} == {"cpu"}
    assert {len(str(line["sha256"])) for line in lines} == {64}
    assert all(line["seconds"] and line["libraries"] for line in lines)


def test_a_second_run_generates_only_missing_clips(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(tmp_path, "--limit", "3")
    before = (tmp_path / f"{PAIRS[1]}_0.mp4").stat().st_mtime_ns
    (tmp_path / f"{PAIRS[2]}_0.mp4").unlink()

    generate(tmp_path, "--limit", "3")

    assert "Skipping 2 clips that already exist" in capsys.readouterr().err
    assert (tmp_path / f"{PAIRS[1]}_0.mp4").stat().st_mtime_ns == before
    assert len(clips(tmp_path)) == 3


def test_shards_share_a_folder_and_generate_every_clip_once(tmp_path: Path) -> None:
    wanted = ",".join(PAIRS[:5])

    for shard in ("1/2", "2/2"):
        assert generate(tmp_path, "--shard", shard, "--pairs", wanted) == 0

    assert len(clips(tmp_path)) == 5
    assert sorted(path.name for path in tmp_path.glob("*.jsonl")) == [
        "manifest-1-of-2.jsonl",
        "manifest-2-of-2.jsonl",
    ]
    assert sorted(str(line["pair"]) for line in read_manifests(tmp_path)) == sorted(PAIRS[:5])


def test_a_partial_manifest_line_is_removed(tmp_path: Path) -> None:
    generate(tmp_path, "--limit", "1")
    with (tmp_path / "manifest.jsonl").open("a") as file:
        file.write('{"clip": "half')

    generate(tmp_path, "--limit", "2")

    lines = (tmp_path / "manifest.jsonl").read_text().splitlines()
    assert [json.loads(line)["pair"] for line in lines] == PAIRS[:2]


def test_a_folder_of_another_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate(tmp_path, "--limit", "1")

    assert generate(tmp_path, "--limit", "2", model="zoom") == 1

    assert "contains clips of static; choose another folder for zoom" in capsys.readouterr().err
    assert len(clips(tmp_path)) == 1


def test_a_folder_in_the_official_layout_is_a_benchmark(tmp_path: Path) -> None:
    folder = small_benchmark(tmp_path / "benchmark", PAIRS[:1])

    arguments = ["--benchmark", str(folder), "--output", str(tmp_path / "clips")]
    assert main(["generate", "--model", "static", *arguments]) == 0

    assert clips(tmp_path / "clips") == [f"{PAIRS[0]}_0.mp4"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--pairs", "kites1_the_red_kite_sinks"], "The benchmark does not have these pairs"),
        (["--shard", "9/8"], "there is no shard 9/8; the first number must be from 1 to the second"),
        (["--shard", "third"], "'third' is not a shard; write 3/8"),
        (["--checkpoint", "."], "static has no weights"),
    ],
)
def test_invalid_options_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], sentence: str
) -> None:
    assert generate(tmp_path / "clips", *options) == 1

    assert sentence in capsys.readouterr().err


def test_a_model_without_weights_creates_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TI2V_CHECKPOINTS", str(tmp_path / "none"))

    assert generate(tmp_path / "clips", "--limit", "1", "--device", "cpu", model="motif") == 1

    assert "motif" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_model_is_refused_with_a_list_of_models(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(tmp_path, model="sora") == 1

    assert "There is no model 'sora'; expected one of static, reference" in capsys.readouterr().err


def test_an_unknown_model_is_refused_with_the_closest_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(tmp_path, model="cogvideo") == 1

    assert "There is no model 'cogvideo'; did you mean cogvideox-5b-i2v?" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["", " , "])
def test_an_empty_list_of_pairs_is_refused(tmp_path: Path, value: str) -> None:
    assert generate(tmp_path / "clips", "--pairs", value) == 2

    assert not (tmp_path / "clips").exists()


@pytest.mark.parametrize("line", ["{broken\n", "3\n", "{}\n"])
def test_an_invalid_manifest_line_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    (tmp_path / "manifest.jsonl").write_text(line)

    assert generate(tmp_path, "--limit", "1") == 1

    assert "manifest.jsonl, line 1: not a manifest line" in capsys.readouterr().err


def test_failed_clips_are_listed_and_the_others_are_generated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small_benchmark(tmp_path / "benchmark", [PAIRS[0], PAIRS[15]])
    ours = folder / bundled_pairs()[PAIRS[0]].image_path
    ours.write_bytes((folder / bundled_pairs()[PAIRS[15]].image_path).read_bytes())

    arguments = ["--benchmark", str(folder), "--output", str(tmp_path / "clips")]
    assert main(["generate", "--model", "zoom", *arguments]) == 1

    said = capsys.readouterr().err
    assert f"{PAIRS[0]}: bad_input: The image of {PAIRS[0]} is not the bundled image" in said
    assert "1 clip failed. Run the same command again to retry." in said
    assert clips(tmp_path / "clips") == [f"{PAIRS[15]}_0.mp4"]


def test_a_killed_run_leaves_only_complete_clips_with_manifest_lines(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "generate", "--model", "static", *place(tmp_path)]
    )
    try:
        deadline = time.monotonic() + 60
        while len(clips(tmp_path)) < 4 and time.monotonic() < deadline:
            time.sleep(0.005)
    finally:
        running.kill()
        running.wait()

    made = clips(tmp_path)
    noted = {line["clip"] for line in read_manifests(tmp_path)}
    assert 4 <= len(made) < len(PAIRS)
    assert set(made) <= noted
    for name in made[-2:]:
        with av.open(str(tmp_path / name), format="mp4") as container:
            assert len(list(container.decode(video=0))) == 16


def test_the_progress_bar_shows_the_speed(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "generate", "--model", "static", *place(tmp_path), "--limit", "3"],
        stderr=theirs,
        check=False,
    )

    os.close(theirs)
    said = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "clips/min" in said
    assert "3/3" in said
    assert "Generated 3 clips in" in said


def test_sigterm_stops_a_run_like_ctrl_c(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "generate", "--model", "static", *place(tmp_path)]
    )
    try:
        deadline = time.monotonic() + 60
        while not clips(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.005)
        running.terminate()
        assert running.wait(timeout=60) == 130
    finally:
        running.kill()
        running.wait()

    assert list(tmp_path.glob(".*unfinished*")) == []
