"""`ti2v generators`: lists models, sets up a model, checks an adapter."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.plurals import counted

if TYPE_CHECKING:
    from models.generators.entries import GeneratorEntry
    from models.generators.recipes import AnyRecipe


@click.group(invoke_without_command=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Aligned columns, or one JSON document.",
)
@click.pass_context
def generators(context: click.Context, form: str) -> None:
    """List all models, and say which models can run on this machine. Subcommands: setup NAME, check NAME."""
    if context.invoked_subcommand is not None:
        return
    from models.generators.registry import generators as all_generators

    rows = [_row(entry) for entry in all_generators().values()]
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for line in _table(rows):
        click.echo(line)
    unavailable = [row for row in rows if row["why_not"]]
    if unavailable:
        click.echo("\nThese models cannot run on this machine:", err=True)
    for row in unavailable:
        click.echo(f"  {row['name']}: {row['why_not']}", err=True)


@generators.command()
@click.argument("name")
@click.option("--run", is_flag=True, help="Run the steps instead of printing them.")
def setup(name: str, *, run: bool) -> None:
    """Print the remaining setup steps of model NAME, or run them."""
    from models.generators.setup import setup_steps

    steps = setup_steps(_recipe(name))
    if not steps:
        click.echo(f"{name} is set up.", err=True)
    for step in steps:
        click.echo(step.command_line)
        if run:
            step.run()


@generators.command()
@click.argument("name")
def check(name: str) -> None:
    """Check an adapter for mistakes, and print what a GPU run would do. NAME is a model or a TOML file.

    The command prints files, sizes, memory, time, and all arguments with the sources of the official
    defaults. The command needs no weights and no GPU.
    """
    from models.generators.recipe_checks import recipe_problems
    from models.generators.run_plan import run_plan

    recipe = _recipe(name)
    for line in run_plan(recipe):
        click.echo(line)
    problems = recipe_problems(recipe)
    for problem in problems:
        click.echo(problem)
    if problems:
        raise click.ClickException(f"The adapter {recipe.name} has {counted(len(problems), 'problem')}.")
    click.echo(f"The adapter {recipe.name} has no problems. Its weights were not checked.", err=True)


def _recipe(name: str) -> "AnyRecipe":
    """Return the recipe (the TOML settings) of a model, given the model's name or the path of a TOML file.

    Raises:
        UnknownModel: there is no model with this name.
        InvalidRecipe: the file is invalid.
    """
    from models.generators.adapter_entries import adapter_path
    from models.generators.recipes import read_recipe
    from models.generators.registry import get_entry

    if name.endswith(".toml"):
        return read_recipe(Path(name))
    path = adapter_path(name)
    if path is None:
        entry = get_entry(name)
        raise click.ClickException(f"{entry.name} has no adapter and needs no setup. It needs {entry.needs}.")
    return read_recipe(path)


def _row(entry: "GeneratorEntry") -> dict[str, object]:
    reason = entry.unavailable_reason()
    return {
        "name": entry.name,
        "title": entry.title,
        "licence": entry.licence,
        "weights": entry.weights,
        "native": str(entry.native),
        "needs": entry.needs,
        "runs_here": reason is None,
        "why_not": reason,
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
