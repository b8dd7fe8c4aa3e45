"""`ti2v repro export`: writes the held-out benchmark and the generated clips as files for the service."""

from pathlib import Path

import click


@click.command()
@click.argument("runs", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that gets the subfolders benchmark and clips/SETTING.",
)
def export(runs: Path, output: Path) -> None:
    """Write the held-out pairs and the clips that the runs in the folder RUNS generated, at 192 pixels.

    Import the benchmark with ti2v benchmark import, and submit each folder of clips with ti2v submit.
    """
    from benchmark.repro.submission_files import (
        BENCHMARK,
        CLIPS,
        generated_runs,
        write_benchmark_files,
        write_clip_files,
    )

    found = generated_runs(runs)
    pairs = write_benchmark_files(output / BENCHMARK)
    click.echo(f"{output / BENCHMARK}: {pairs} pairs", err=True)
    for run in write_clip_files(found, output / CLIPS):
        click.echo(f"{output / CLIPS / run.setting}: seed {run.seed}", err=True)
    click.echo(output)
