"""`ti2v submit`: uploads a folder of clips to a server as one submission."""

import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.output import print_unused, progress
from app.cli.server_options import open_client, server_options
from benchmark.cli.problems import examples, verbose_option
from benchmark.plurals import counted
from benchmark.protocol import SubmissionStatus

if TYPE_CHECKING:
    from benchmark.client.folder_submission import Comparison, FolderSubmission
    from benchmark.pairs import ClipName


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", required=True, help="Slug of the model; a new model is registered under this slug.")
@click.option("--benchmark", required=True, help="Slug of the benchmark.")
@click.option("--label", default="", help="Label that distinguishes submissions of one model.")
@click.option("--seed", type=click.IntRange(min=0), help="Upload only the clips of this seed.")
@click.option(
    "--names",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with the columns file, pair and optionally seed, used instead of file names.",
)
@click.option("--convert", is_flag=True, help="First convert DIR to DIR-converted, as `ti2v convert` does.")
@click.option("--fps", help="With --convert: frame rate of folders of frames, such as 8 or 30000/1001.")
@click.option("--replace", is_flag=True, help="Replace clips of an open submission that differ.")
@click.option("--allow-partial", is_flag=True, help="Finalise the submission although pairs have no clip.")
@click.option("--dry-run", is_flag=True, help="Check every clip, list all problems, upload nothing.")
@verbose_option
@server_options
def submit(
    folder: Path,
    model: str,
    benchmark: str,
    label: str,
    seed: int | None,
    names: Path | None,
    convert: bool,
    fps: str | None,
    replace: bool,
    allow_partial: bool,
    dry_run: bool,
    server: str | None,
    key: str | None,
) -> None:
    """Upload the clips in DIR, named <pair id>.mp4 or <pair id>_<seed>.mp4, and finalise the submission.

    The command prints the submission's id. After an interruption, run the same command again to upload the
    missing clips.
    """
    from benchmark.client.folder_submission import FolderSubmission

    table = _read_names(names)
    if convert:
        from app.cli.convert import convert_to

        folder = convert_to(folder, folder.with_name(f"{folder.resolve().name}-converted"), table, fps)
        table = None
    elif fps:
        raise click.UsageError("--fps can only be used together with --convert.")
    with open_client(server, key) as client:
        sending = FolderSubmission(
            client, folder, model=model, benchmark=benchmark, label=label, seed=seed, names=table
        )
        _say_what_is_unused(sending)
        if dry_run:
            _rehearse(sending, allow_partial=allow_partial, replace=replace)
        else:
            _send(sending, allow_partial=allow_partial, replace=replace)


def _read_names(names: Path | None) -> "Mapping[str, ClipName] | None":
    if names is None:
        return None
    from benchmark.importers.clip_names import read_names

    return read_names(names)


def _say_what_is_unused(sending: "FolderSubmission") -> None:
    if sending.folder.other_seeds:
        click.echo(f"Not uploaded: {counted(sending.folder.other_seeds, 'clip')} of other seeds.", err=True)
    print_unused(sending.folder.unused)


def _rehearse(sending: "FolderSubmission", *, allow_partial: bool, replace: bool) -> None:
    """Print every problem on its own line, without sending anything to the server."""
    from app.cli.clip_checks import check_clips

    comparison = sending.compare()
    clips, target = sending.folder.clips, sending.target
    missing = [label for label in sending.folder.missing if label not in comparison.stored]
    pair_ids = {clip.pair_id for clip in clips}
    with tempfile.TemporaryDirectory(prefix="ti2v-") as private:
        with progress("Images", target.image_count(pair_ids)) as step:
            images = target.input_images(Path(private), pair_ids, on_image=step)
        with progress("Clips", len(clips)) as step:
            checked = check_clips(clips, images, processes=os.cpu_count() or 1, on_clip=step)
    problems = [*sending.folder.problems, *checked.problems, *_changes(comparison, replace=replace)]
    if not clips and not problems:
        problems.append("The folder contains no .mp4 or .mov file for a pair of this benchmark.")
    if not allow_partial:
        problems += [f"{label}: missing" for label in missing]
    for line in examples(problems):
        click.echo(line)
    for line in examples(checked.warnings):
        click.echo(f"Warning: {line}", err=True)
    expected = len(clips) + len(missing)
    click.echo(f"{counted(len(clips), 'clip')} checked, {len(missing)} of {expected} missing.", err=True)
    if problems:
        raise click.ClickException(f"{counted(len(problems), 'problem')}; nothing was uploaded.")
    click.echo("No problems; nothing was uploaded.", err=True)


def _changes(comparison: "Comparison", *, replace: bool) -> list[str]:
    """Return one problem for each clip whose bytes differ from the clip on the server."""
    from benchmark.client.folder_submission import SubmissionProblems, refuse_changes

    try:
        refuse_changes(comparison, replace=replace)
    except SubmissionProblems as error:
        return [str(error), *error.problems]
    return []


def _send(sending: "FolderSubmission", *, allow_partial: bool, replace: bool) -> None:
    comparison = sending.compare()
    submission = sending.open(
        comparison,
        replace=replace,
        on_new_model=lambda slug: click.echo(f"Registered the model {slug}.", err=True),
    )
    if submission.status is SubmissionStatus.OPEN:
        _upload(sending, submission.id, comparison)
        _finalise(sending, submission.id, allow_partial=allow_partial)
    else:
        click.echo("The submission is already final and has the same clips.", err=True)
    click.echo(submission.id)


def _upload(sending: "FolderSubmission", submission_id: str, comparison: "Comparison") -> None:
    from benchmark.client.folder_submission import clips_refused

    if comparison.same:
        click.echo(f"{counted(len(comparison.same), 'clip')} already on the server.", err=True)
    if comparison.changed:
        click.echo(f"{counted(len(comparison.changed), 'clip')} replaced:", err=True)
        for line in examples([clip.path.name for clip in comparison.changed]):
            click.echo(f"  {line}", err=True)
    clips = [*comparison.new, *comparison.changed]
    started = time.monotonic()
    with progress("Clips", len(clips)) as step:
        refused = sending.upload(submission_id, clips, replace=bool(comparison.changed), on_clip=step)
    seconds = time.monotonic() - started
    click.echo(f"{counted(len(clips) - len(refused), 'clip')} uploaded in {seconds:.1f} s.", err=True)
    if refused:
        raise clips_refused(submission_id, refused)


def _finalise(sending: "FolderSubmission", submission_id: str, *, allow_partial: bool) -> None:
    final = sending.finalise(submission_id, allow_partial=allow_partial)
    if final.missing:
        click.echo(f"Final without {len(final.missing)} of {counted(final.expected, 'clip')}:", err=True)
        for line in examples(final.missing):
            click.echo(f"  {line}", err=True)
    for line in examples(final.problems):
        click.echo(f"Warning: {line}", err=True)
