"""`ti2v repro export | contact-sheet`: writes generated clips as files for the service, or as one image."""

from pathlib import Path

import click


@click.command()
@click.argument("runs", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that gets the subfolders benchmark and clips/RUN.",
)
def export(runs: Path, output: Path) -> None:
    """Write the held-out pairs and the clips that the runs in RUNS generated, in 192x192 pixels.

    Import the benchmark with ti2v benchmark import, and submit the clips of each run with ti2v submit.
    """
    from benchmark.repro.measurements import run_name
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
        click.echo(output / CLIPS / run_name(run.setting, run.seed), err=True)
    click.echo(output)


@click.command("contact-sheet")
@click.argument("runs", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The image (.webp, .png).",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the shown runs.")
@click.option(
    "--pairs", type=click.IntRange(1, 96), default=20, show_default=True, help="Number of held-out pairs."
)
def contact_sheet(runs: Path, output: Path, seed: int, pairs: int) -> None:
    """Draw the last frames of the clips in the folder RUNS, with all settings side by side.

    Look at this contact sheet before you read the scores.
    """
    from benchmark.repro.clip_sheet import draw_clip_sheet
    from benchmark.repro.submission_files import generated_runs

    shown = [run for run in generated_runs(runs) if run.seed == seed]
    if not shown:
        raise click.UsageError(f"No run in {runs} has the seed {seed}. Name another seed.")
    if output.suffix not in (".webp", ".png"):
        raise click.UsageError("--output: name a .webp or .png file.")
    draw_clip_sheet(shown, pairs=pairs).save(output)
    click.echo(output)
