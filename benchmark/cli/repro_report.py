"""`ti2v repro report`: rebuilds the tables and figures of the re-test from stored measurements."""

from pathlib import Path

import click

from benchmark.cli.problems import examples, verbose_option

DEFAULT_OUTPUT = Path("docs/reproduction")


@click.command()
@click.option(
    "--measurements",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=DEFAULT_OUTPUT / "measurements",
    show_default=True,
    help="Folder with the measurements of the runs.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_OUTPUT,
    show_default=True,
    help="Folder of the report; files with the same names are replaced.",
)
@click.option("--strict", is_flag=True, help="Fail if a planned run is missing, half-written or excluded.")
@verbose_option
def report(measurements: Path, output: Path, strict: bool) -> None:
    """Write the tables and figures of the re-test from the stored measurements, without a new run.

    The command does not use missing or half-written runs, nor runs whose loss became NaN or infinite. The
    command prints one line for each run that it does not use.
    """
    from benchmark.cli.output import write_output
    from benchmark.repro.measurements import run_name
    from benchmark.repro.report import report_files

    runs, files = report_files(measurements)
    output.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_output([content], str(output / name))
    excluded = [
        f"{run_name(each.facts.setting, each.facts.seed)} became NaN or infinite and is excluded."
        for each in runs.not_finite
    ]
    problems = [*excluded, *runs.damaged.values(), *runs.missing.values()]
    for line in examples(problems):
        click.echo(line, err=True)
    click.echo(f"{len(runs.finished)} runs used, {len(problems)} not used.", err=True)
    for name in sorted(files):
        click.echo(output / name)
    if strict and problems:
        raise click.ClickException("The grid is not complete. Run the named runs, then the report again.")
