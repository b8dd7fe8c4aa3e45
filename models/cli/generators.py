"""`ti2v generators`: the table of models; setting one up; checking an adapter."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.plurals import counted

if TYPE_CHECKING:
    from models.generators.entries import GeneratorEntry
    from models.generators.recipes import DiffusersRecipe, SubprocessRecipe


@click.group(invoke_without_command=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Lines for people, or one JSON document.",
)
@click.pass_context
def generators(context: click.Context, form: str) -> None:
    """List the models that make clips, and which can run here. Verbs: setup NAME, check NAME."""
    if context.invoked_subcommand is not None:
        return
    from models.generators.registry import generators as all_generators

    rows = [_row(entry) for entry in all_generators().values()]
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for line in _table(rows):
        click.echo(line)
    waiting = [row for row in rows if row["why_not"]]
    if waiting:
        click.echo("\nCannot run here:", err=True)
    for row in waiting:
        click.echo(f"  {row['name']}: {row['why_not']}", err=True)


@generators.command()
@click.argument("name")
@click.option("--run", is_flag=True, help="Do it, instead of printing what is to be done.")
def setup(name: str, *, run: bool) -> None:
    """Print the steps that bring a model onto this machine, or run them; what is done is left out."""
    from models.generators.setup import setup_steps

    steps = setup_steps(_recipe(name))
    if not steps:
        click.echo(f"{name} is set up.", err=True)
    for step in steps:
        click.echo(step.line)
        if run:
            step.do()


@generators.command()
@click.argument("name")
def check(name: str) -> None:
    """Look for mistakes in an adapter, NAME being a model or a TOML file; its weights are not needed."""
    from models.generators.recipe_checks import recipe_problems

    recipe = _recipe(name)
    problems = recipe_problems(recipe)
    for problem in problems:
        click.echo(problem)
    if problems:
        raise click.ClickException(f"{counted(len(problems), 'problem')} in the adapter {recipe.name}.")
    click.echo(f"The adapter {recipe.name} has no problem that shows without its weights.", err=True)


def _recipe(name: str) -> "DiffusersRecipe | SubprocessRecipe":
    """Read an adapter by a model's name or a file's.

    Raises:
        UnknownModel: nothing goes by that name.
        RecipeProblem: the file is wrong.
    """
    from models.generators.adapter_entries import adapter_path
    from models.generators.recipes import read_recipe
    from models.generators.registry import entry_named

    if name.endswith(".toml"):
        return read_recipe(Path(name))
    path = adapter_path(name)
    if path is None:
        entry = entry_named(name)
        raise click.ClickException(f"{entry.name} has no adapter to set up; it needs {entry.needs}.")
    return read_recipe(path)


def _row(entry: "GeneratorEntry") -> dict[str, object]:
    why_not = entry.why_not()
    return {
        "name": entry.name,
        "title": entry.title,
        "licence": entry.licence,
        "weights": entry.weights,
        "native": str(entry.native),
        "needs": entry.needs,
        "runs_here": why_not is None,
        "why_not": why_not,
        "verified": entry.verified,
        "batch": entry.batch,
    }


def _table(rows: list[dict[str, object]]) -> list[str]:
    shown = ("name", "native", "licence", "weights", "needs")
    cells = [[*shown, "runs here"]]
    cells += [[*(str(row[name]) for name in shown), "yes" if row["runs_here"] else "no"] for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
