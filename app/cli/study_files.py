"""Reads the TOML files that describe the phases and the crowd platform of a study."""

import tomllib
from pathlib import Path
from typing import Any

import click

from benchmark.protocol import Language

phases_option = click.option(
    "--phases",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file with consent, instructions, quiz and questionnaire (docs/crowd-studies.md).",
)

rules_option = click.option(
    "--rules",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file with hidden repeats and quality rules (docs/crowd-studies.md).",
)


language_option = click.option(
    "--language",
    type=click.Choice([each.value for each in Language]),
    help="Language in which you write the texts of the study (default: en).",
)

offer_option = click.option(
    "--offer",
    "languages",
    type=click.Choice([each.value for each in Language]),
    multiple=True,
    help="A language that annotators can choose; repeatable (default: all).",
)

translations_option = click.option(
    "--translations",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file with translations of the study's texts (docs/crowd-studies.md).",
)


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises:
        click.UsageError: the file is not TOML in UTF-8.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path} cannot be read as TOML: {error}.") from error
