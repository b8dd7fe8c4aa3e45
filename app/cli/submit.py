"""`ti2v submit`: sends a folder of clips to a server as one submission."""

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.output import progress
from app.cli.server_options import open_client, server_options
from benchmark.plurals import counted
from benchmark.protocol import SubmissionStatus

if TYPE_CHECKING:
    from benchmark.client.folder_submission import FolderSubmission
    from benchmark.wire.submissions import SubmissionDetailResponse


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", required=True, help="Slug of the model; a new one is registered under it.")
@click.option("--benchmark", required=True, help="Slug of the benchmark.")
@click.option("--label", default="", help="Tells submissions of one model apart.")
@click.option("--seed", type=click.IntRange(min=0), help="Send the clips of this seed only.")
@click.option("--allow-partial", is_flag=True, help="Make it final even if pairs have no clip.")
@click.option("--dry-run", is_flag=True, help="Look at every clip, list all problems, send nothing.")
@server_options
def submit(
    folder: Path,
    model: str,
    benchmark: str,
    label: str,
    seed: int | None,
    allow_partial: bool,
    dry_run: bool,
    server: str | None,
    key: str | None,
) -> None:
    """Send the clips in DIR, named <pair id>.mp4 or <pair id>_<seed>.mp4, and make the submission final.

    Prints the submission's id. Stopped halfway, the same command goes on with what is missing.
    """
    from benchmark.client.folder_submission import FolderSubmission

    with open_client(server, key) as client:
        sending = FolderSubmission(client, folder, model=model, benchmark=benchmark, label=label, seed=seed)
        if sending.folder.left_out:
            click.echo(f"{counted(sending.folder.left_out, 'clip')} of other seeds left out.", err=True)
        if dry_run:
            _rehearse(sending, allow_partial=allow_partial)
        else:
            _send(sending, allow_partial=allow_partial)


def _rehearse(sending: "FolderSubmission", *, allow_partial: bool) -> None:
    """Print every problem, one a line; nothing is sent."""
    from app.cli.clip_checks import clip_problems

    target, clips = sending.target, sending.folder.clips
    before = target.find()
    there = set(target.pair_ids) - set(before.missing) if before else set()
    missing = [pair_id for pair_id in sending.folder.missing if pair_id not in there]
    with tempfile.TemporaryDirectory(prefix="ti2v-") as private:
        with progress("Images", target.image_count(clips)) as step:
            images = target.input_images(Path(private), clips, on_image=step)
        with progress("Clips", len(clips)) as step:
            looked = clip_problems(clips, images, processes=os.cpu_count() or 1, on_clip=step)
    problems = [*sending.folder.problems, *looked]
    if not allow_partial:
        problems += [f"{pair_id}: missing" for pair_id in missing]
    for problem in problems:
        click.echo(problem)
    click.echo(
        f"{counted(len(clips), 'clip')} checked, {len(missing)} of {len(target.pair_ids)} missing.", err=True
    )
    if problems:
        raise click.ClickException(f"{counted(len(problems), 'problem')}; nothing was sent.")
    click.echo("No problems; nothing was sent.", err=True)


def _send(sending: "FolderSubmission", *, allow_partial: bool) -> None:
    submission = sending.open(on_new_model=lambda slug: click.echo(f"Registered the model {slug}.", err=True))
    if submission.status is SubmissionStatus.OPEN:
        _upload(sending, submission)
        _finalise(sending, submission.id, allow_partial=allow_partial)
    else:
        click.echo("The submission is final already, with a clip for each of these.", err=True)
    click.echo(submission.id)


def _upload(sending: "FolderSubmission", submission: "SubmissionDetailResponse") -> None:
    from benchmark.client.folder_submission import clips_refused

    waiting = sending.waiting(submission)
    before = len(sending.folder.clips) - len(waiting)
    if before:
        click.echo(f"{counted(before, 'clip')} there already.", err=True)
    started = time.monotonic()
    with progress("Clips", len(waiting)) as step:
        refused = sending.upload(submission, waiting, on_clip=step)
    seconds = time.monotonic() - started
    click.echo(f"{counted(len(waiting) - len(refused), 'clip')} sent in {seconds:.1f} s.", err=True)
    if refused:
        raise clips_refused(submission.id, refused)


def _finalise(sending: "FolderSubmission", submission_id: str, *, allow_partial: bool) -> None:
    final = sending.finalise(submission_id, allow_partial=allow_partial)
    if final.missing:
        click.echo(f"Final without {len(final.missing)} of {len(sending.target.pair_ids)} pairs:", err=True)
        for pair_id in final.missing:
            click.echo(f"  {pair_id}", err=True)
    for note in final.problems:
        click.echo(f"Note: {note}", err=True)
