"""`ti2v benchmark draw` and `ti2v benchmark contact-sheet`."""

from pathlib import Path

import click


@click.command("draw")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write."
)
@click.option("--pairs", type=click.IntRange(min=1), default=320, show_default=True, help="Number of pairs.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=2412, show_default=True, help="Seed of the layouts."
)
def draw(output: Path, pairs: int, seed: int) -> None:
    """Draw a benchmark of our own: images, prompt.csv and manifest.json in the official layout."""
    # Imported here so that `--help` starts fast.
    from benchmark.scenes.benchmarks import write_benchmark
    from benchmark.scenes.plan import plan_benchmark

    planned = plan_benchmark(pairs, seed)
    write_benchmark(planned, output)
    images = len({pair.image for pair in planned})
    click.echo(f"Drew {images} images for {len(planned)} pairs into {output}.", err=True)
