"""Sends a folder of clips as one submission; the same call again resumes with what is missing."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmark.client.client import Client
from benchmark.client.clip_folder import ClipFolder, read_clip_folder
from benchmark.client.errors import ServerError
from benchmark.client.submission_target import SubmissionTarget
from benchmark.client.uploads import upload_clips
from benchmark.protocol import SubmissionStatus
from benchmark.wire.submissions import SubmissionDetailResponse


class SubmissionProblems(ServerError):
    """A submission cannot be made final; `problems` lists every reason."""

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = list(problems)


class FolderSubmission:
    """A folder of clips and the submission it is sent to.

    Attributes:
        target: the submission, which may not exist yet.
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
    ) -> None:
        self._client = client
        self.target = SubmissionTarget(client, model=model, benchmark=benchmark, label=label)
        self.folder: ClipFolder = read_clip_folder(folder, self.target.pair_ids, seed=seed)

    def open(self, *, on_new_model: Callable[[str], object] = lambda _: None) -> SubmissionDetailResponse:
        """Return the submission that takes the clips, opened where there is none.

        Raises:
            SubmissionProblems: file names are wrong, there is no clip, or the submission takes no clips.
        """
        if self.folder.problems:
            raise SubmissionProblems("Nothing was sent, because of the names of files:", self.folder.problems)
        if not self.folder.clips:
            raise SubmissionProblems("The folder holds no .mp4 for a pair of this benchmark.")
        submission = self.target.open(on_new_model=on_new_model)
        is_complete = not set(self.folder.clips) & set(submission.missing)
        if submission.status is SubmissionStatus.OPEN or (
            submission.status is SubmissionStatus.FINAL and is_complete
        ):
            return submission
        raise SubmissionProblems(
            f"Submission {submission.id} is {submission.status} and takes no clips; choose another --label."
        )

    def waiting(self, submission: SubmissionDetailResponse) -> Mapping[str, Path]:
        """Return the clips that the server does not have."""
        missing = set(submission.missing)
        return {pair_id: path for pair_id, path in self.folder.clips.items() if pair_id in missing}

    def upload(
        self,
        submission: SubmissionDetailResponse,
        clips: Mapping[str, Path],
        *,
        on_clip: Callable[[], object] = lambda: None,
    ) -> list[str]:
        """Upload clips; return a sentence for each that the server refuses."""
        return upload_clips(self._client.submissions, submission.id, clips, on_clip=on_clip)

    def finalise(self, submission_id: str, *, allow_partial: bool) -> SubmissionDetailResponse:
        """Make the submission final.

        Raises:
            SubmissionProblems: clips are missing and `allow_partial` is not set.
        """
        missing = self._client.submissions.get(submission_id).missing
        if missing and not allow_partial:
            raise SubmissionProblems(
                f"Submission {submission_id} stays open, as clips are missing ({len(missing)} of "
                f"{len(self.target.pair_ids)}). Add them and run the same command, or give --allow-partial.",
                missing,
            )
        return self._client.submissions.finalise(submission_id, allow_partial=allow_partial)


def clips_refused(submission_id: str, refused: Sequence[str]) -> SubmissionProblems:
    return SubmissionProblems(
        f"Submission {submission_id} stays open, because the server refused clips:", refused
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
    on_clip: Callable[[], object] = lambda: None,
) -> SubmissionDetailResponse:
    """Send a folder and return the final submission; see `Client.submit`."""
    sending = FolderSubmission(client, folder, model=model, benchmark=benchmark, label=label, seed=seed)
    submission = sending.open()
    if submission.status is SubmissionStatus.FINAL:
        return submission
    refused = sending.upload(submission, sending.waiting(submission), on_clip=on_clip)
    if refused:
        raise clips_refused(submission.id, refused)
    return sending.finalise(submission.id, allow_partial=allow_partial)
