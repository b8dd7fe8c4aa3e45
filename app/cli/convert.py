"""`ti2v convert`: converts videos and folders of frames to clips that a server accepts."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.output import print_unused, progress
from benchmark.cli.problems import examples, verbose_option
from benchmark.plurals import counted

if TYPE_CHECKING:
    from benchmark.pairs import ClipName

MAX_FPS = 1000


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--to",
    "output",
    required=True,
    metavar="OUT",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the clips.",
)
@click.option(
    "--names",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with the columns file, pair and optionally seed, which name the clip of each file.",
)
@click.option("--fps", help="Frame rate of folders of frames, such as 8 or 30000/1001.")
@verbose_option
def convert(folder: Path, output: Path, names: Path | None, fps: str | None) -> None:
    """Convert the videos and folders of frames in DIR to H.264 clips in OUT, and print OUT.

    The command re-encodes GIF, WebM, HEVC, ProRes and other formats, rotated videos, and videos larger than
    2048 pixels. A file that servers accept unchanged is copied.
    """
    from benchmark.importers.clip_names import read_names

    convert_to(folder, output, read_names(names) if names else None, fps)
    click.echo(output)


def convert_to(folder: Path, output: Path, names: "Mapping[str, ClipName] | None", fps: str | None) -> Path:
    """Convert a folder, print a summary to stderr, and return the folder of clips.

    Raises:
        click.ClickException: a source could not be converted; all other sources were converted.
    """
    from benchmark.conversion.convert_folder import convert_folder, find_sources

    if output.resolve() == folder.resolve():
        raise click.UsageError("OUT must be another folder than DIR.")
    sources = find_sources(folder, names)
    print_unused(sources.unused)
    if not sources.found:
        raise click.ClickException(f"{folder} contains no video and no folder of frames.")
    with progress("Clips", len(sources.found)) as step:
        done = convert_folder(sources.found, output, fps=_frame_rate(fps), on_clip=step)
    click.echo(
        f"{counted(done.encoded, 'clip')} converted, {done.copied} copied, {done.kept} kept from an "
        "earlier run.",
        err=True,
    )
    if done.problems:
        for line in examples(done.problems):
            click.echo(f"  {line}", err=True)
        raise click.ClickException(f"{counted(len(done.problems), 'file')} could not be converted.")
    return output


def _frame_rate(text: str | None) -> Fraction | None:
    if text is None:
        return None
    try:
        fps = Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise click.BadParameter("write a number such as 8 or 30000/1001.", param_hint="--fps") from error
    if not 0 < fps <= MAX_FPS:
        raise click.BadParameter(
            f"write a number above 0 and at most {MAX_FPS} frames per second.", param_hint="--fps"
        )
    return fps
