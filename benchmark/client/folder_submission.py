"""Uploads a folder of clips as one submission. A repeated upload sends only the missing clips.

The upload compares the digests of the clips with the server's digests, and so detects every changed clip.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.client.client import Client
from benchmark.client.clip_folder import ClipFile, clip_label, read_clip_folder
from benchmark.client.digests import sha256_of
from benchmark.client.errors import ServerError
from benchmark.client.submission_target import SubmissionTarget
from benchmark.client.uploads import upload_clips
from benchmark.pairs import ClipName
from benchmark.plurals import counted
from benchmark.protocol import SubmissionStatus
from benchmark.wire.submissions import SubmissionDetailResponse


class SubmissionProblems(ServerError):
    """The submission cannot be made final. `problems` lists every reason."""

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = list(problems)


@dataclass(frozen=True)
class Comparison:
    """The differences between the clips in a folder and the clips on the server.

    Attributes:
        submission: the submission on the server; None if the submission does not exist yet.
        new: clips that the server does not have.
        same: clips whose bytes are the same in the folder and on the server.
        changed: clips whose bytes differ between the folder and the server.
        stored: labels of all clips that the server has.
    """

    submission: SubmissionDetailResponse | None
    new: tuple[ClipFile, ...]
    same: tuple[ClipFile, ...]
    changed: tuple[ClipFile, ...]
    stored: frozenset[str]

    @property
    def is_open(self) -> bool:
        return self.submission is None or self.submission.status is SubmissionStatus.OPEN


class FolderSubmission:
    """A folder of clips, together with the submission to which the clips are uploaded.

    Attributes:
        target: the submission on the server; the submission may not exist yet.
        folder: the clips, matched with the benchmark's pairs.
    """

    def __init__(
        self,
        client: Client,
        folder: Path,
        *,
        model: str,
        benchmark: str,
        label: str = "",
        seed: int | None = None,
        names: Mapping[str, ClipName] | None = None,
    ) -> None:
        self._client = client
        self.target = SubmissionTarget(client, model=model, benchmark=benchmark, label=label)
        self.folder = read_clip_folder(folder, self.target.pair_ids, seed=seed, names=names)

    def compare(self) -> Comparison:
        """Compare the folder with the submission on the server."""
        submission = self.target.find()
        stored = {}
        if submission is not None:
            clips = self._client.submissions.clips(submission.id)
            stored = {(clip.pair_id, clip.seed): clip.sha256 for clip in clips}
        new, same, changed = [], [], []
        for clip in self.folder.clips:
            sha256 = stored.get((clip.pair_id, clip.seed))
            if sha256 is None:
                new.append(clip)
            elif sha256 == sha256_of(clip.path):
                same.append(clip)
            else:
                changed.append(clip)
        labels = frozenset(clip_label(pair_id, seed) for pair_id, seed in stored)
        return Comparison(submission, tuple(new), tuple(same), tuple(changed), labels)

    def open(
        self,
        comparison: Comparison,
        *,
        replace: bool = False,
        on_new_model: Callable[[str], object] = lambda _: None,
    ) -> SubmissionDetailResponse:
        """Return the open submission for the clips. Create the submission if it does not exist yet.

        Raises:
            SubmissionProblems: a file name is wrong, the folder has no clips, or the submission does not
                accept clips. SubmissionProblems is also raised if clips changed and `replace` is not set.
        """
        if self.folder.problems:
            raise SubmissionProblems(
                "Nothing was uploaded, because file names are wrong:", self.folder.problems
            )
        if not self.folder.clips:
            raise SubmissionProblems("The folder contains no .mp4 or .mov file for a pair of this benchmark.")
        refuse_changes(comparison, replace=replace)
        return comparison.submission or self.target.open(on_new_model=on_new_model)

    def upload(
        self,
        submission_id: str,
        clips: Sequence[ClipFile],
        *,
        replace: bool = False,
        on_clip: Callable[[], object] = lambda: None,
    ) -> list[str]:
        """Upload the given clips. Return one sentence for each clip that the server refuses."""
        return upload_clips(self._client.submissions, submission_id, clips, replace=replace, on_clip=on_clip)

    def finalise(self, submission_id: str, *, allow_partial: bool) -> SubmissionDetailResponse:
        """Make the submission final.

        Raises:
            SubmissionProblems: clips are missing and `allow_partial` is not set.
        """
        submission = self._client.submissions.get(submission_id)
        if submission.missing and not allow_partial:
            raise SubmissionProblems(
                f"Submission {submission_id} stays open: {len(submission.missing)} of "
                f"{counted(submission.expected, 'clip')} are missing. Add the missing clips and run the "
                "same command, or add --allow-partial.",
                submission.missing,
            )
        return self._client.submissions.finalise(submission_id, allow_partial=allow_partial)


def refuse_changes(comparison: Comparison, *, replace: bool) -> None:
    """Raise SubmissionProblems if the upload would change clips that must not change.

    The clips of a final submission never change; the clips of an open submission change only if `replace` is
    set.
    """
    submission, changed = comparison.submission, comparison.changed
    if submission is None or (comparison.is_open and (replace or not changed)):
        return
    if comparison.is_open:
        raise SubmissionProblems(
            f"Nothing was uploaded: submission {submission.id} has another clip for "
            f"{counted(len(changed), 'file')}. Run the same command with --replace to replace them:",
            [clip.path.name for clip in changed],
        )
    if changed or comparison.new:
        differing = [f"{clip.path.name}: the submission has another clip" for clip in changed]
        raise SubmissionProblems(
            f"Nothing was uploaded: submission {submission.id} is {submission.status} and cannot change. "
            "Upload the clips as a new submission: choose another --label, or first withdraw this one with: "
            f"ti2v submission withdraw {submission.id} --reason REASON",
            [*differing, *(f"{clip.path.name}: the submission has no clip" for clip in comparison.new)],
        )


def clips_refused(submission_id: str, refused: Sequence[str]) -> SubmissionProblems:
    return SubmissionProblems(
        f"Submission {submission_id} stays open, because the server refused {counted(len(refused), 'clip')}:",
        refused,
    )


def submit_folder(
    client: Client,
    folder: Path,
    *,
    model: str,
    benchmark: str,
    label: str = "",
    seed: int | None = None,
    allow_partial: bool = False,
    replace: bool = False,
    on_clip: Callable[[], object] = lambda: None,
) -> SubmissionDetailResponse:
    """Upload a folder and return the final submission (see `Client.submit`)."""
    sending = FolderSubmission(client, folder, model=model, benchmark=benchmark, label=label, seed=seed)
    comparison = sending.compare()
    submission = sending.open(comparison, replace=replace)
    if submission.status is SubmissionStatus.FINAL:
        return submission
    clips = [*comparison.new, *comparison.changed]
    refused = sending.upload(submission.id, clips, replace=replace, on_clip=on_clip)
    if refused:
        raise clips_refused(submission.id, refused)
    return sending.finalise(submission.id, allow_partial=allow_partial)
