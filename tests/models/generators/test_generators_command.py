"""`ti2v generators`: list, setup and check."""

import json
import re
from pathlib import Path

import click
import pytest

from benchmark.cli.main import main, registered_commands
from models.cli.generators import generators
from models.generators.registry import generators as table
from models.generators.settings import generator_settings

DOCUMENTS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A separate home folder, so that models of this machine do not affect the test."""
    monkeypatch.setenv("TI2V_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    generator_settings.cache_clear()
    yield tmp_path
    generator_settings.cache_clear()


def test_every_model_is_listed_with_its_availability(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generators", "--format", "json"]) == 0

    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(rows) == list(table())
    assert rows["static"]["runs_here"] is True
    assert rows["dynamicrafter"]["runs_here"] is False
    assert "run: ti2v generators setup dynamicrafter --run" in rows["dynamicrafter"]["why_not"]
    assert "10.4 GB" in rows["dynamicrafter"]["weights"]


def test_the_reasons_are_printed_after_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    main(["generators"])

    said = capsys.readouterr()
    assert len(said.out.splitlines()) == len(table()) + 1
    assert "  seine: There is no checkout of https://github.com/Vchitect/SEINE" in said.err


def test_setup_prints_every_step(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    assert main(["generators", "setup", "seine"]) == 0

    lines = capsys.readouterr().out.splitlines()
    folder = home / "checkouts" / "seine"
    assert lines[0] == f"git clone --no-checkout https://github.com/Vchitect/SEINE {folder}"
    assert lines[1] == f"git -C {folder} checkout --detach bd8d519ef4e7ce761f0b1064f906bb96f4cd3ebe"
    assert lines[2] == f"cd {folder} && uv venv --python 3.9 .venv"
    assert (
        f"hf download xinyuanc91/SEINE --revision COMMIT --include seine.pt --local-dir {folder}/pretrained"
        in lines
    )


def test_setup_of_a_native_model_is_a_download(capsys: pytest.CaptureFixture[str]) -> None:
    main(["generators", "setup", "ltx-video"])

    (line,) = capsys.readouterr().out.splitlines()
    commit = "8984fa25007f376c1a299016d0957a37a2f797bb"
    assert line.startswith(f"hf download Lightricks/LTX-Video --revision {commit} --include model_index.json")


def test_setup_downloads_each_repository_of_the_components_once(capsys: pytest.CaptureFixture[str]) -> None:
    main(["generators", "setup", "framepack-i2v"])

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[2] for line in lines] == [
        "hunyuanvideo-community/HunyuanVideo",
        "lllyasviel/FramePackI2V_HY",
        "lllyasviel/flux_redux_bfl",
    ]


def test_check_prints_what_a_gpu_run_would_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generators", "check", "wan-2.1-i2v-14b-480p"]) == 0
    assert main(["generators", "check", "seine"]) == 0

    said = capsys.readouterr().out
    assert "Clip: 832x480, 81 frames at 16 fps, 5.1 s" in said
    assert "Files: 1 download, 90 GB" in said
    assert "b184e23a8a16b20f108f727c902e769e873ffc73; 90 GB; not downloaded" in said
    assert "Memory: a GPU with 48 GiB (estimate)" in said
    assert "Time: not measured on a GPU; 40 sampling steps per clip" in said
    assert re.search(r"num_inference_steps = 40 \(Wan-Video/Wan2\.1@[0-9a-f]{40} generate\.py:74\)", said)
    assert "Time limit: 600 s to load and 900 s per clip" in said
    assert "additional_prompt = '', official ', slow motion.': every model gets the same prompt" in said


def test_check_lists_the_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('kind = "subprocess"\nname = "mine"\n')

    assert main(["generators", "check", str(path)]) == 1
    assert main(["generators", "check", "cinemo"]) == 0

    said = capsys.readouterr().err
    assert "mine.toml is not a valid adapter" in said
    assert "command: Field required" in said
    assert "The adapter cinemo has no problem" in said


def test_a_model_without_an_adapter_needs_no_setup(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generators", "setup", "static"]) == 1

    assert "static has no adapter and needs no setup. It needs nothing." in capsys.readouterr().err


def test_missing_weights_are_named_with_their_size(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = ["--benchmark", "ti2v-starter", "--output", str(tmp_path / "clips"), "--limit", "1"]

    assert main(["generate", "--model", "i2vgen-xl", *arguments]) == 1

    said = capsys.readouterr().err
    assert "The weights are not downloaded: ali-vilab/i2vgen-xl (12 GB, MIT)" in said
    assert "run: ti2v generators setup i2vgen-xl --run" in said


def test_a_user_adapter_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from models.generators.adapter_entries import shipped_adapter

    (tmp_path / "own").mkdir()
    text = shipped_adapter("cinemo").read_text().replace('name = "cinemo"', 'name = "my-model"')
    (tmp_path / "own" / "my-model.toml").write_text(text)
    monkeypatch.setenv("TI2V_ADAPTERS", str(tmp_path / "own"))
    generator_settings.cache_clear()
    table.cache_clear()

    try:
        assert main(["generators", "--format", "json"]) == 0
        assert "my-model" in [row["name"] for row in json.loads(capsys.readouterr().out)]
    finally:
        table.cache_clear()


@pytest.mark.parametrize("verb", ["setup", "check"])
def test_every_option_of_a_verb_is_documented(verb: str) -> None:
    text = (DOCUMENTS / "commands.md").read_text()
    section = text.partition("### `ti2v generators`")[2].partition("### ")[0]

    command = generators.commands[verb]

    assert f"`ti2v generators {verb} NAME`" in section
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert [name for each in options for name in each.opts if f"`{name}`" not in section] == []
    assert "generators" in registered_commands()


def test_every_model_is_documented() -> None:
    documented = set(
        re.findall(r"^\| `([a-z0-9.-]+)`", (DOCUMENTS / "generators.md").read_text(), re.MULTILINE)
    )

    assert set(table()) <= documented
