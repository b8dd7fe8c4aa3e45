"""Float options of all commands refuse NaN and infinity with a usage error."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from benchmark.cli.main import main, registered_commands
from benchmark.cli.parameters import FiniteFloatRange


def commands_below(command: click.Command) -> Iterator[click.Command]:
    """Yield a command and all of its subcommands."""
    yield command
    if isinstance(command, click.Group):
        for child in command.commands.values():
            yield from commands_below(child)


def is_float(option: click.Parameter) -> bool:
    return isinstance(option.type, click.types.FloatParamType) or option.type is click.FLOAT


def test_every_float_option_of_every_command_is_finite() -> None:
    options = {
        f"{path} {option.name}": option
        for path, lazy in registered_commands().items()
        for command in commands_below(lazy.load())
        for option in command.params
        if is_float(option)
    }

    assert {"heatmap noise_floor", "study plan share", "study plan power"} <= set(options)
    assert [name for name, option in options.items() if not isinstance(option.type, FiniteFloatRange)] == []


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "NaN"])
def test_a_value_that_is_not_finite_is_a_usage_error(
    value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.touch()
    commands = [
        ["heatmap", str(clip), "--output", str(tmp_path / "out.png"), f"--noise-floor={value}"],
        ["study", "plan", f"--share={value}"],
        ["study", "plan", f"--power={value}"],
    ]

    for arguments in commands:
        assert main(arguments) == 2
        message = capsys.readouterr().err
        assert "Invalid value for" in message
        assert "Traceback" not in message


def test_an_unlimited_range_refuses_infinity() -> None:
    with pytest.raises(click.BadParameter, match="inf is not a finite number"):
        FiniteFloatRange().convert("inf", None, None)
