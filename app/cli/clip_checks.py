"""Checks the clips of a folder before the upload, with the same checks as the server."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from app.media.clip_warnings import clip_warnings, usual_format
from app.media.probe import ClipFacts, ClipRejected, probe_clip
from app.media.sandbox import Sandbox
from benchmark.client.clip_folder import ClipFile


@dataclass(frozen=True)
class CheckedClips:
    """The results of clip checks: a line for each clip that the server would refuse, and for each warning."""

    problems: tuple[str, ...]
    warnings: tuple[str, ...]


def check_clips(
    clips: Sequence[ClipFile],
    images: Mapping[str, Path],
    *,
    processes: int,
    on_clip: Callable[[], object] = lambda: None,
) -> CheckedClips:
    """Decode clips in parallel and check them as the server does.

    Args:
        images: the input images, keyed by pair; a pair may be missing.
        processes: number of clips that are decoded in parallel.
        on_clip: called after each clip, for a progress bar.
    """
    results: dict[ClipFile, ClipFacts | ClipRejected] = {}
    with Sandbox(children=processes) as sandbox, ThreadPoolExecutor(processes) as pool:
        waiting = {clip: pool.submit(_check, clip.path, images.get(clip.pair_id), sandbox) for clip in clips}
        for clip, check in waiting.items():
            results[clip] = check.result()
            on_clip()
    usual = usual_format(result for result in results.values() if isinstance(result, ClipFacts))
    return CheckedClips(
        problems=tuple(
            f"{clip.path.name}: {result.message}"
            for clip, result in results.items()
            if isinstance(result, ClipRejected)
        ),
        warnings=tuple(
            f"{clip.path.name}: {warning}"
            for clip, result in results.items()
            if isinstance(result, ClipFacts)
            for warning in clip_warnings(result, usual)
        ),
    )


def _check(clip: Path, image: Path | None, sandbox: Sandbox) -> ClipFacts | ClipRejected:
    try:
        return probe_clip(clip, sandbox=sandbox, input_image=image)
    except ClipRejected as rejection:
        return rejection
