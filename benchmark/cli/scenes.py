"""`ti2v benchmark draw`, `ti2v benchmark redraw` and `ti2v benchmark contact-sheet`."""

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.plurals import counted

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

# The engine is imported inside each command, so that `--help` starts fast.


@click.command("draw")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="Empty or new folder."
)
@click.option("--pairs", type=click.IntRange(min=1), default=320, show_default=True, help="Number of pairs.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=2412, show_default=True, help="Seed of the layouts."
)
def draw(output: Path, pairs: int, seed: int) -> None:
    """Draw a benchmark of our own: images, prompt.csv and manifest.json in the official layout."""
    from benchmark.scenes.benchmarks import write_benchmark
    from benchmark.scenes.plan import plan_benchmark

    planned = plan_benchmark(pairs, seed)
    images = len({pair.image for pair in planned})
    bar: AbstractContextManager[ProgressBar[int]] = click.progressbar(
        length=images, label="Drawing", file=sys.stderr
    )
    with bar as progress:
        write_benchmark(planned, output, on_image=lambda: progress.update(1))
    click.echo(
        f"Drew {counted(images, 'image')} for {counted(len(planned), 'pair')} into {output}.", err=True
    )


@click.command("redraw")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A drawn benchmark; the bundled one if left out.",
)
def redraw(folder: Path | None) -> None:
    """Draw every image of a benchmark again and compare it with the file by pixels."""
    from benchmark.data import bundled_folder
    from benchmark.scenes.benchmarks import LARGEST_DIFFERENCE, read_benchmark, redraw_difference

    folder = folder or bundled_folder()
    images = {pair.image: pair for pair in read_benchmark(folder).values()}
    differences = {image: redraw_difference(pair, folder) for image, pair in images.items()}
    for image, difference in differences.items():
        click.echo(f"{image}\t{difference}")
    wrong = [image for image, difference in differences.items() if difference > LARGEST_DIFFERENCE]
    if wrong:
        raise click.ClickException(
            f"Drawn again with a difference of more than {LARGEST_DIFFERENCE}: {', '.join(wrong)}."
        )
    click.echo(
        f"{counted(len(images), 'image')}, none differs by more than {LARGEST_DIFFERENCE} of 255.", err=True
    )


@click.command("contact-sheet")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A PNG file.")
@click.option("--scenario", help="Show every prompt of this scenario; without it, two pairs of each.")
def contact_sheet(output: Path, scenario: str | None) -> None:
    """Put the bundled pairs and the ends of their clips on one picture, to be judged by eye."""
    from benchmark.scenes.benchmarks import bundled_pairs
    from benchmark.scenes.contact_sheet import draw_contact_sheet
    from benchmark.scenes.scenarios import SCENARIOS

    if scenario is not None and scenario not in SCENARIOS:
        raise click.BadParameter(f"there is no scenario {scenario!r}; there are {', '.join(SCENARIOS)}")
    shown = {(pair.scenario, pair.action): pair for pair in bundled_pairs().values()}
    names = [scenario] if scenario else list(SCENARIOS)
    rows = [
        pair
        for name in names
        for pair in [p for p in shown.values() if p.scenario == name][: None if scenario else 2]
    ]
    draw_contact_sheet(rows).save(output, format="PNG")
    click.echo(f"Wrote {counted(len(rows), 'pair')} to {output}.", err=True)
