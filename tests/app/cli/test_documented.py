"""docs/commands.md documents every command and every option."""

import re
from pathlib import Path

import click
import pytest

from benchmark.cli.main import registered_commands

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "commands.md"
HEADING = re.compile(r"^### `ti2v ([a-z -]+?)(?: [A-Z_]+)*`$", re.MULTILINE)


def sections() -> dict[str, str]:
    """Return the text under each command's heading."""
    parts = HEADING.split(DOCUMENT.read_text())
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_document_has_one_section_for_each_command() -> None:
    assert sorted(sections()) == sorted(registered_commands())


def test_the_table_of_places_names_exactly_the_commands() -> None:
    table = DOCUMENT.read_text().partition("## Where commands run")[2].partition("\n\n**Server.**")[0]
    cells = [row.split(" | ")[1] for row in table.splitlines() if row.startswith("| ")][1:]

    named = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}

    assert sorted(named) == sorted(registered_commands())


@pytest.mark.parametrize("path", registered_commands())
def test_the_document_lists_exactly_the_existing_options(path: str) -> None:
    options = [each for each in registered_commands()[path].load().params if isinstance(each, click.Option)]

    listed = re.findall(r"^\| `(--[^ `|]+)", sections()[path], re.MULTILINE)

    assert sorted(listed) == sorted("/".join([*each.opts, *each.secondary_opts]) for each in options)


@pytest.mark.parametrize("path", registered_commands())
def test_every_command_loads_and_describes_itself(path: str) -> None:
    command = registered_commands()[path].load()

    assert command.help
    assert all(each.help for each in command.params if isinstance(each, click.Option))
