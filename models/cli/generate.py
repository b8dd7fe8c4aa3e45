"""`ti2v generate`: a model's clips for a benchmark, without a server."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from benchmark.plurals import counted
from models.generators.enums import BUNDLED, DType

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from models.generators.base import ClipRequest, Generator
    from models.generators.batch import Outcome
    from models.generators.entries import GeneratorEntry
    from models.generators.output_folder import OutputFolder


@click.command()
@click.option("--model", required=True, help="A model of `ti2v generators`.")
@click.option("--benchmark", required=True, help=f"{BUNDLED}, a folder in the official layout, or hf://REPO.")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder of the clips."
)
@click.option("--shard", help="Make one part of several: 3/8 is the third of eight.")
@click.option("--limit", type=click.IntRange(min=1), help="Make at most so many clips.")
@click.option("--pairs", help="Only these pairs: ids with commas between.")
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Seed of all clips."
)
@click.option("--device", help="cpu, cuda or cuda:N; the GPU if there is one.")
@click.option(
    "--dtype",
    type=click.Choice([each.value for each in DType]),
    default=DType.AUTO.value,
    show_default=True,
    help="What the network computes in.",
)
@click.option("--batch", type=click.IntRange(min=1), help="Clips made at once; the model's usual number.")
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the weights (of the checkout, for a subprocess adapter).",
)
def generate(
    model: str,
    benchmark: str,
    output: Path,
    shard: str | None,
    limit: int | None,
    pairs: str | None,
    seed: int,
    device: str | None,
    dtype: str,
    batch: int | None,
    checkpoint: Path | None,
) -> None:
    """Make a model's clips for a benchmark, named as `ti2v submit` wants them.

    Goes on with what is missing in the folder. A manifest says how each clip was made.
    """
    from models.generators.output_folder import OutputFolder
    from models.generators.pair_selection import chosen_pairs, parse_shard, read_benchmark, requests_for
    from models.generators.registry import entry_named

    entry = entry_named(model)
    part = parse_shard(shard) if shard is not None else None
    source = read_benchmark(benchmark)
    ids = [each.strip() for each in (pairs or "").split(",") if each.strip()]
    # A variable of a script that was never set must not mean all 320.
    if pairs is not None and not ids:
        raise click.UsageError("--pairs names no pair; leave it out for all of them")
    chosen = chosen_pairs(source.pairs, ids=ids, shard=part, limit=limit)
    requests = requests_for(chosen, source, seed=seed)
    folder = OutputFolder(output, model=entry.name, shard=part)
    waiting = folder.missing(requests)
    if len(waiting) < len(requests):
        click.echo(f"{counted(len(requests) - len(waiting), 'clip')} there already.", err=True)
    if waiting:
        with _ended_politely():
            generator = _loaded(entry, checkpoint, device, dtype)
            folder.make()
            _make(generator, waiting, folder, batch or entry.batch)


@contextmanager
def _ended_politely() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C: the end of a job's time must not leave a foreign program on the GPU."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - what signals call with
    raise KeyboardInterrupt


def _loaded(entry: "GeneratorEntry", checkpoint: Path | None, device: str | None, dtype: str) -> "Generator":
    from models.generators.machine import usual_device

    generator = entry.open(checkpoint)
    started = time.monotonic()
    generator.load(device or usual_device(), dtype)
    click.echo(f"{entry.name} is loaded after {time.monotonic() - started:.1f} s.", err=True)
    return generator


def _make(generator: "Generator", waiting: "list[ClipRequest]", folder: "OutputFolder", batch: int) -> None:
    from models.generators.batch import make_clips

    started = time.monotonic()
    try:
        with _progress(len(waiting)) as step:
            outcome = make_clips(generator, waiting, batch=batch, keep=folder.keep, on_done=step)
    finally:
        generator.unload()
    seconds = time.monotonic() - started
    click.echo(f"{counted(outcome.made, 'clip')} made in {seconds:.1f} s.", err=True)
    _complain(outcome)


def _complain(outcome: "Outcome") -> None:
    if not outcome.failures:
        return
    for failure in outcome.failures:
        click.echo(f"{failure.request.pair_id}: {failure.kind}: {failure.message}", err=True)
        for line in failure.log_tail.splitlines()[-10:]:
            click.echo(f"    {line}", err=True)
    rest = f"; {outcome.untried} more were not tried after failures in a row" if outcome.untried else ""
    raise click.ClickException(
        f"{counted(len(outcome.failures), 'clip')} failed{rest}. "
        "The same command tries what is missing again."
    )


@contextmanager
def _progress(length: int) -> Iterator[Callable[[], None]]:
    """Show a bar with place, clips a minute and time left, where stderr is a terminal."""
    started = time.monotonic()
    bar: AbstractContextManager[ProgressBar[str]] = click.progressbar(
        length=length,
        label="Clips",
        show_pos=True,
        show_eta=True,
        item_show_func=lambda speed: speed,
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    )
    with bar as shown:

        def step() -> None:
            minutes = max(time.monotonic() - started, 1e-3) / 60
            shown.update(1, f"{(shown.pos + 1) / minutes:.1f} clips/min")

        yield step
