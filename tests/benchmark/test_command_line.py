"""The command `ti2v`: lists of commands, error messages and exit codes."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from benchmark.cli import main as cli_main
from benchmark.cli.main import LazyCommand, build_group, main, registered_commands
from benchmark.importers.problems import ImportProblems
from benchmark.tables import TableProblem

HEAVY = {
    "sqlalchemy",
    "fastapi",
    "pandas",
    "numpy",
    "scipy",
    "pyarrow",
    "av",
    "PIL",
    "torch",
    "httpx2",
    "cv2",
}


@click.command()
def speak() -> None:
    """Say something."""
    click.echo("data")


@click.command()
def refuse() -> None:
    raise ImportProblems([TableProblem("The prompt is empty.", 3)], "prompt.csv")


@click.command()
def broken() -> None:
    raise KeyError("a fault of ours")


@click.command()
def interrupted() -> None:
    raise KeyboardInterrupt


@click.command()
def needs_more() -> None:
    raise ModuleNotFoundError("No module named 'boto3'", name="boto3")


@click.command()
def unreadable() -> None:
    Path("/nowhere/votes.csv").read_text()


@click.command()
def overflow() -> None:
    with Path("/dev/full").open("wb", buffering=0) as device:
        device.write(b"clip")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run `ti2v` with the commands above under the noun `try`."""
    here = sys.modules[__name__]
    names = ("speak", "refuse", "broken", "interrupted", "needs_more", "overflow", "unreadable")
    commands = {f"try {name}": LazyCommand(f"{here.__name__}:{name}", f"Try {name}.") for name in names}
    commands["absent"] = LazyCommand("torch_that_is_not_there:command", "Train.", extra="worker")
    monkeypatch.setitem(sys.modules, here.__name__, here)
    monkeypatch.setattr(cli_main, "registered_commands", lambda: commands)
    return lambda *arguments: main(list(arguments))


def test_data_goes_to_stdout(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("try", "speak") == 0
    assert capsys.readouterr() == ("data\n", "")


def test_a_refusal_is_a_sentence_on_stderr(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("try", "refuse") == 1
    assert capsys.readouterr() == (
        "",
        "Error: prompt.csv: 1 problem; nothing was imported.\n  line 3: The prompt is empty.\n",
    )


def test_a_missing_file_is_named(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("try", "unreadable") == 1
    assert capsys.readouterr().err == "Error: /nowhere/votes.csv: No such file or directory.\n"


def test_an_internal_fault_keeps_its_traceback(run: Callable[..., int]) -> None:
    with pytest.raises(KeyError):
        run("try", "broken")


def test_ctrl_c_ends_with_130(run: Callable[..., int]) -> None:
    assert run("try", "interrupted") == 130


def test_wrong_usage_ends_with_2(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("try", "speak", "--loud") == 2
    assert "No such option" in capsys.readouterr().err


def test_a_missing_package_names_the_extra_to_install(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("absent") == 1
    assert "pip install 'ti2v-bench[worker]'" in capsys.readouterr().err


def test_a_package_missing_only_at_work_is_named_too(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("try", "needs_more") == 1
    said = capsys.readouterr().err
    assert "needs the package boto3" in said
    assert "pip install 'ti2v-bench[s3]'" in said


def test_a_full_disk_is_a_sentence(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("try", "overflow") == 1
    assert "No space left on device. Free disk space" in capsys.readouterr().err


def test_nouns_list_their_verbs_without_importing_them(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--help") == 0
    listed = capsys.readouterr().out
    assert "absent" in listed
    assert "Train." in listed
    assert "speak, refuse, broken" in listed


def test_two_packages_may_add_verbs_to_one_noun() -> None:
    group = build_group(
        {"study create": LazyCommand("a:create", "Create."), "study power": LazyCommand("b:power", "Plan.")}
    )

    study = group.commands["study"]

    assert isinstance(study, click.Group)
    assert list(study.commands) == ["create", "power"]


def test_values_that_our_code_refuses_are_reported_and_other_errors_are_faults() -> None:
    for module, expected in (("benchmark.stats", True), ("json", False)):
        scope: dict[str, object] = {"__name__": module}
        exec("def fail():\n    raise ValueError('the panel must be odd')", scope)
        with pytest.raises(ValueError) as caught:
            scope["fail"]()  # type: ignore[operator]  # a function made by exec has no type
        assert cli_main.has_user_message(caught.value) is expected


@pytest.mark.parametrize("path", [(), *sorted({tuple(path.split()[:1]) for path in registered_commands()})])
def test_help_imports_nothing_heavy(path: tuple[str, ...]) -> None:
    program = (
        "import sys; from benchmark.cli.main import main; "
        f"code = main([*{path!r}, '--help']); print(code, *(m.partition('.')[0] for m in sys.modules))"
    )

    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    code, *loaded = finished.stdout.splitlines()[-1].split()
    assert code == "0", finished.stderr
    assert HEAVY & set(loaded) == set()


def test_a_closed_pipe_is_silent() -> None:
    program = (
        "import click, sys; from benchmark.cli import main as c\n"
        "@click.command()\n"
        "def much():\n"
        "    for _ in range(100_000): click.echo('a row')\n"
        "import benchmark; benchmark.much = much\n"
        "c.registered_commands = lambda: {'much': c.LazyCommand('benchmark:much', 'Much.')}\n"
        "sys.exit(c.main(['much']))"
    )
    writer = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.stdout.close()

    assert writer.wait(timeout=60) == 1
    assert writer.stderr is not None
    assert writer.stderr.read() == b""
    writer.stderr.close()
