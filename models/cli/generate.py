"""`ti2v generate`: generates a model's clips for a benchmark, without a server."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from benchmark.cli.parameters import comma_separated
from benchmark.plurals import counted
from models.generators.enums import BUNDLED, DType

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from models.generators.base import ClipRequest, Generator
    from models.generators.batch import BatchResult
    from models.generators.entries import GeneratorEntry
    from models.generators.output_folder import OutputFolder


@click.command()
@click.option("--model", required=True, help="Name of a model, as listed by: ti2v generators.")
@click.option("--benchmark", required=True, help=f"{BUNDLED}, a folder in the official layout, or hf://REPO.")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="Output folder."
)
@click.option("--shard", help="Generate one part of the pairs, such as 3/8, the third of eight parts.")
@click.option("--limit", type=click.IntRange(min=1), help="Maximum number of clips.")
@click.option(
    "--pairs",
    multiple=True,
    callback=comma_separated,
    metavar="ID,ID",
    help="Only these pairs (default: every pair); repeatable.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Seed of all clips."
)
@click.option("--device", help="cpu, cuda or cuda:N (default: cuda if there is a GPU).")
@click.option(
    "--dtype",
    type=click.Choice([each.value for each in DType]),
    default=DType.AUTO.value,
    show_default=True,
    help="Floating-point type of the network.",
)
@click.option("--batch", type=click.IntRange(min=1), help="Batch size (default: per model).")
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the weights, or of the checkout for a subprocess adapter.",
)
def generate(
    model: str,
    benchmark: str,
    output: Path,
    shard: str | None,
    limit: int | None,
    pairs: list[str],
    seed: int,
    device: str | None,
    dtype: str,
    batch: int | None,
    checkpoint: Path | None,
) -> None:
    """Generate a model's clips for a benchmark, with file names that `ti2v submit` accepts.

    Clips that exist in the output folder are skipped. A manifest records how each clip was generated.
    """
    from models.generators.output_folder import OutputFolder
    from models.generators.pair_selection import build_requests, read_benchmark, select_pairs
    from models.generators.registry import get_entry
    from models.shard import parse_shard

    entry = get_entry(model)
    part = parse_shard(shard) if shard is not None else None
    source = read_benchmark(benchmark)
    chosen = select_pairs(source.pairs, ids=pairs, shard=part, limit=limit)
    requests = build_requests(chosen, source, seed=seed)
    folder = OutputFolder(output, model=entry.name, shard=part)
    waiting = folder.missing(requests)
    if len(waiting) < len(requests):
        existing = counted(len(requests) - len(waiting), "clip")
        click.echo(f"Skipping {existing} that already exist.", err=True)
    if waiting:
        with _sigterm_as_interrupt():
            generator = _load(entry, checkpoint, device, dtype)
            _confirm_cost(generator, len(waiting))
            folder.create()
            _generate(generator, waiting, folder, batch or entry.batch)


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """Handle SIGTERM like Ctrl-C, so that the signal also stops a model's external program."""
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - signature of handlers
    raise KeyboardInterrupt


def _load(entry: "GeneratorEntry", checkpoint: Path | None, device: str | None, dtype: str) -> "Generator":
    from models.generators.machine import default_device

    generator = entry.create(checkpoint)
    started = time.monotonic()
    generator.load(device or default_device(), dtype)
    click.echo(f"Loaded {entry.name} in {time.monotonic() - started:.1f} s.", err=True)
    return generator


def _confirm_cost(generator: "Generator", clips: int) -> None:
    """Show the cost of a hosted model's clips, and ask for confirmation before the first request."""
    from models.generators.hosted_adapter import HostedGenerator

    if not isinstance(generator, HostedGenerator):
        return
    cost = generator.cost(clips)
    if cost.amount <= generator.budget:
        click.echo(f"{counted(clips, 'clip')} cost {cost}, within TI2V_API_BUDGET.", err=True)
        return
    if not sys.stdin.isatty():
        raise click.ClickException(
            f"{counted(clips, 'clip')} cost {cost}. Set TI2V_API_BUDGET to at least this amount."
        )
    click.confirm(f"{counted(clips, 'clip')} cost {cost}. Continue?", abort=True, err=True)
    generator.budget = cost.amount


def _generate(
    generator: "Generator", waiting: "list[ClipRequest]", folder: "OutputFolder", batch: int
) -> None:
    from models.generators.batch import generate_clips

    started = time.monotonic()
    try:
        with _progress(len(waiting)) as step:
            result = generate_clips(generator, waiting, batch=batch, on_clip=folder.save, on_done=step)
    finally:
        generator.unload()
    seconds = time.monotonic() - started
    click.echo(f"Generated {counted(result.generated, 'clip')} in {seconds:.1f} s.", err=True)
    _report_failures(result)


def _report_failures(result: "BatchResult") -> None:
    if not result.failures:
        return
    for failure in result.failures:
        click.echo(f"{failure.request.pair_id}: {failure.kind}: {failure.message}", err=True)
        for line in failure.log_tail.splitlines()[-10:]:
            click.echo(f"    {line}", err=True)
    skipped = f"; {result.skipped} more were skipped after consecutive failures" if result.skipped else ""
    raise click.ClickException(
        f"{counted(len(result.failures), 'clip')} failed{skipped}. Run the same command again to retry."
    )


@contextmanager
def _progress(length: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar with position, speed and remaining time, if stderr is a terminal."""
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
