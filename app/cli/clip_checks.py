"""Looks at the clips of a folder before any is sent, as the server will look at them."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.media.clip_warnings import clip_warnings, usual_format
from app.media.probe import ClipFacts, ClipRejected, probe_clip
from app.media.sandbox import Sandbox


def clip_problems(
    clips: Mapping[str, Path],
    images: Mapping[str, Path],
    *,
    processes: int,
    on_clip: Callable[[], object] = lambda: None,
) -> list[str]:
    """Return a line for everything that is refused or odd about the clips, in their order.

    Args:
        clips: the file of each pair.
        images: the input image of each pair, where it is known.
        processes: how many clips are decoded at once.
        on_clip: called after each, for a progress bar.
    """
    looks: dict[str, ClipFacts | ClipRejected] = {}
    with Sandbox(children=processes) as sandbox, ThreadPoolExecutor(processes) as pool:
        waiting = {
            pair_id: pool.submit(_look, path, images.get(pair_id), sandbox) for pair_id, path in clips.items()
        }
        for pair_id, look in waiting.items():
            looks[pair_id] = look.result()
            on_clip()
    usual = usual_format(look for look in looks.values() if isinstance(look, ClipFacts))
    return [
        f"{clips[pair_id].name}: {problem}"
        for pair_id, look in looks.items()
        for problem in _problems(look, usual)
    ]


def _look(clip: Path, image: Path | None, sandbox: Sandbox) -> ClipFacts | ClipRejected:
    try:
        return probe_clip(clip, sandbox=sandbox, input_image=image)
    except ClipRejected as rejection:
        return rejection


def _problems(look: ClipFacts | ClipRejected, usual: str) -> list[str]:
    return [look.message] if isinstance(look, ClipRejected) else clip_warnings(look, usual)
