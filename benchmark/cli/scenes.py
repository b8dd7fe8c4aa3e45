"""`ti2v benchmark draw | redraw | contact-sheet`: renders and checks synthetic benchmarks."""

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.plurals import counted

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

# Each command imports the scene engine inside its function, so that `--help` is fast.


@click.command("draw")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="Empty or new folder."
)
@click.option("--pairs", type=click.IntRange(min=1), default=320, show_default=True, help="Number of pairs.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=2412, show_default=True, help="Seed of the layouts."
)
def draw(output: Path, pairs: int, seed: int) -> None:
    """Render a synthetic benchmark in the official layout: images, prompt.csv and manifest.json."""
    from benchmark.scenes.benchmarks import write_benchmark
    from benchmark.scenes.plan import plan_benchmark

    planned = plan_benchmark(pairs, seed)
    images = len({pair.image for pair in planned})
    bar: AbstractContextManager[ProgressBar[int]] = click.progressbar(
        length=images, label="Rendering", file=sys.stderr
    )
    with bar as progress:
        write_benchmark(planned, output, on_image=lambda: progress.update(1))
    click.echo(f"Wrote {counted(images, 'image')} for {counted(len(planned), 'pair')} to {output}.", err=True)


@click.command("redraw")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A synthetic benchmark (default: the bundled one).",
)
def redraw(folder: Path | None) -> None:
    """Render every image of a synthetic benchmark again and compare it with the file pixel by pixel."""
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
            f"Images that differ from their files by over {LARGEST_DIFFERENCE} of 255: {', '.join(wrong)}."
        )
    click.echo(
        f"{counted(len(images), 'image')} compared; none differs by more than {LARGEST_DIFFERENCE} of 255.",
        err=True,
    )


@click.command("contact-sheet")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A PNG file.")
@click.option("--scenario", help="Show every prompt of this scenario (default: two pairs of each).")
def contact_sheet(output: Path, scenario: str | None) -> None:
    """Write one PNG file that shows bundled pairs with frames of their clips, for visual inspection."""
    from benchmark.scenes.benchmarks import bundled_pairs
    from benchmark.scenes.contact_sheet import draw_contact_sheet
    from benchmark.scenes.scenarios import SCENARIOS

    if scenario is not None and scenario not in SCENARIOS:
        raise click.BadParameter(f"there is no scenario {scenario!r}; choose one of {', '.join(SCENARIOS)}")
    shown = {(pair.scenario, pair.action): pair for pair in bundled_pairs().values()}
    names = [scenario] if scenario else list(SCENARIOS)
    rows = [
        pair
        for name in names
        for pair in [p for p in shown.values() if p.scenario == name][: None if scenario else 2]
    ]
    draw_contact_sheet(rows).save(output, format="PNG")
    click.echo(f"Wrote {counted(len(rows), 'pair')} to {output}.", err=True)
