"""Uploads the clips of a submission, a few in parallel."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from http import HTTPStatus

from benchmark.client.clip_folder import ClipFile
from benchmark.client.errors import Refused
from benchmark.client.submission_api import SubmissionApi

PARALLEL = 4
# Refusals with these codes concern a single clip. Any other refusal would apply to every clip.
_ABOUT_THE_CLIP = {
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}


def upload_clips(
    api: SubmissionApi,
    submission_id: str,
    clips: Sequence[ClipFile],
    *,
    replace: bool = False,
    on_clip: Callable[[], object] = lambda: None,
) -> list[str]:
    """Upload clips and return a sentence for each refused clip, in the order of the clips.

    Args:
        replace: replace stored clips that have different bytes.
        on_clip: called after each clip, for a progress bar.

    Raises:
        Refused: the refusal concerns all clips (for example because of a full disk), so the upload stops.
        Unreachable: the server no longer responds; clips that the server has received are stored.
    """
    problems = {}
    with ThreadPoolExecutor(PARALLEL) as pool:
        waiting = {pool.submit(_upload, api, submission_id, clip, replace): clip for clip in clips}
        try:
            for sent in as_completed(waiting):
                refusal = sent.result()
                if refusal is not None:
                    problems[waiting[sent]] = refusal
                on_clip()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [f"{clip.path.name}: {problems[clip]}" for clip in clips if clip in problems]


def _upload(api: SubmissionApi, submission_id: str, clip: ClipFile, replace: bool) -> str | None:
    """Upload one clip. Return the reason if the server refuses the clip; otherwise None."""
    try:
        api.put_clip(submission_id, clip.pair_id, clip.path, seed=clip.seed, replace=replace)
    except Refused as refusal:
        if refusal.status in _ABOUT_THE_CLIP and refusal.code != "submission_not_open":
            return str(refusal)
        raise
    return None
