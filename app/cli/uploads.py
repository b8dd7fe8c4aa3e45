"""Sends clips to a server, a few at a time."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from app.cli.http import Refused, Server

PARALLEL = 4
# A clip that is wrong is one line in a list; these would meet every other clip as well.
_ABOUT_THE_CLIP = {
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}


def upload_clips(
    server: Server,
    submission_id: str,
    clips: Mapping[str, Path],
    *,
    on_clip: Callable[[], object] = lambda: None,
) -> list[str]:
    """Send clips and return a line for each that the server refuses.

    Raises:
        Refused: for a reason that is not about one clip (the key, a full disk); nothing more is sent.
        Unreachable: the server is gone; what arrived by then stays there.
    """
    problems = {}
    with ThreadPoolExecutor(PARALLEL) as pool:
        waiting = {
            pool.submit(_send, server, submission_id, pair_id, path): pair_id
            for pair_id, path in clips.items()
        }
        try:
            for sent in as_completed(waiting):
                refusal = sent.result()
                if refusal is not None:
                    problems[waiting[sent]] = refusal
                on_clip()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [f"{clips[pair_id].name}: {problems[pair_id]}" for pair_id in clips if pair_id in problems]


def _send(server: Server, submission_id: str, pair_id: str, path: Path) -> str | None:
    """Send one clip; return why it is refused, or None."""
    try:
        server.put_file(f"/submissions/{submission_id}/clips/{quote(pair_id, safe='')}", path, "video/mp4")
    except Refused as refusal:
        if refusal.status in _ABOUT_THE_CLIP and refusal.code != "submission_not_open":
            return str(refusal)
        raise
    return None
