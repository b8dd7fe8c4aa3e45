"""`ti2v submit`: sends a folder of clips to a server as one submission."""

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.output import progress
from app.cli.server_options import server_options
from benchmark.plurals import counted

if TYPE_CHECKING:
    from app.cli.http import JsonObject
    from app.cli.submissions import SubmissionPlace
    from benchmark.client.clip_folder import ClipFolder


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
    from app.cli.http import open_server
    from app.cli.submissions import SubmissionPlace
    from benchmark.client.clip_folder import read_clip_folder

    with open_server(server, key) as opened:
        place = SubmissionPlace(opened, model=model, benchmark=benchmark, label=label)
        clips = read_clip_folder(folder, place.pair_ids, seed=seed)
        if clips.left_out:
            click.echo(f"{counted(clips.left_out, 'clip')} of other seeds left out.", err=True)
        if dry_run:
            _rehearse(place, clips, allow_partial=allow_partial)
        else:
            _send(place, clips, allow_partial=allow_partial)


def _rehearse(place: "SubmissionPlace", folder: "ClipFolder", *, allow_partial: bool) -> None:
    """Print every problem, one a line; nothing is sent."""
    from app.cli.clip_checks import clip_problems

    before = place.find()
    there = set(place.pair_ids) - set(before["missing"]) if before else set()
    missing = [pair_id for pair_id in folder.missing if pair_id not in there]
    with tempfile.TemporaryDirectory(prefix="ti2v-") as private:
        with progress("Images", place.image_count(folder.clips)) as step:
            images = place.input_images(Path(private), folder.clips, on_image=step)
        with progress("Clips", len(folder.clips)) as step:
            looked = clip_problems(folder.clips, images, processes=os.cpu_count() or 1, on_clip=step)
    problems = [*folder.problems, *looked]
    if not allow_partial:
        problems += [f"{pair_id}: missing" for pair_id in missing]
    for problem in problems:
        click.echo(problem)
    click.echo(
        f"{counted(len(folder.clips), 'clip')} looked at, {len(missing)} of {len(place.pair_ids)} missing.",
        err=True,
    )
    if problems:
        raise click.ClickException(f"{counted(len(problems), 'problem')}; nothing was sent.")
    click.echo("No problems; nothing was sent.", err=True)


def _send(place: "SubmissionPlace", folder: "ClipFolder", *, allow_partial: bool) -> None:
    from app.cli.submissions import is_open

    if folder.problems:
        raise SubmissionProblems("Nothing was sent, because of the names of files:", folder.problems)
    if not folder.clips:
        raise click.ClickException("The folder holds no .mp4 for a pair of this benchmark.")
    submission = place.open()
    if is_open(submission):
        _upload(place, folder, submission)
        _finalise(place, submission["id"], allow_partial=allow_partial)
    elif set(folder.clips) & set(submission["missing"]) or submission["status"] != "final":
        raise click.ClickException(
            f"Submission {submission['id']} is {submission['status']} and takes no clips; "
            "choose another --label."
        )
    else:
        click.echo("The submission is final already, with a clip for each of these.", err=True)
    click.echo(submission["id"])


def _upload(place: "SubmissionPlace", folder: "ClipFolder", submission: "JsonObject") -> None:
    from app.cli.uploads import upload_clips

    missing = set(submission["missing"])
    waiting = {pair_id: path for pair_id, path in folder.clips.items() if pair_id in missing}
    if len(waiting) < len(folder.clips):
        click.echo(f"{counted(len(folder.clips) - len(waiting), 'clip')} there already.", err=True)
    started = time.monotonic()
    with progress("Clips", len(waiting)) as step:
        refused = upload_clips(place.server, submission["id"], waiting, on_clip=step)
    seconds = time.monotonic() - started
    click.echo(f"{counted(len(waiting) - len(refused), 'clip')} sent in {seconds:.1f} s.", err=True)
    if refused:
        raise SubmissionProblems(
            f"Submission {submission['id']} stays open, because the server refused clips:", refused
        )


def _finalise(place: "SubmissionPlace", submission_id: str, *, allow_partial: bool) -> None:
    missing = place.missing(submission_id)
    if missing and not allow_partial:
        raise SubmissionProblems(
            f"Submission {submission_id} stays open, as clips are missing ({len(missing)} of "
            f"{len(place.pair_ids)}). Add them and run the same command, or give --allow-partial.",
            missing,
        )
    if missing:
        click.echo(f"Final without {len(missing)} of {len(place.pair_ids)} pairs:", err=True)
        for pair_id in missing:
            click.echo(f"  {pair_id}", err=True)
    for note in place.finalise(submission_id, allow_partial=allow_partial)["problems"]:
        click.echo(f"Note: {note}", err=True)


class SubmissionProblems(Exception):
    """A submission cannot be made final; `problems` lists all that stands in the way."""

    def __init__(self, message: str, problems: Sequence[str]) -> None:
        super().__init__(message)
        self.problems = problems
