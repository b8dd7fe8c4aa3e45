"""Decodes the next clips in threads while the network runs, so that the network does not have to wait."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from benchmark.video import UnreadableVideo
from models.metrics.clip_input import ClipInput

# Maximum number of decoded clips that wait in memory.
MAX_AHEAD = 4


def decoded_ahead(clips: Iterable[ClipInput], *, workers: int) -> Iterator[ClipInput]:
    """Yield a copy of each clip, in the same order, with its decoded frames.

    A clip that cannot be decoded is yielded without frames; its error is raised when the frames are read.
    """
    ahead = min(workers, MAX_AHEAD)
    waiting: deque[Future[ClipInput]] = deque()
    with ThreadPoolExecutor(ahead, thread_name_prefix="decode") as pool:
        for clip in clips:
            waiting.append(pool.submit(_decoded, clip))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _decoded(clip: ClipInput) -> ClipInput:
    try:
        return clip.decoded()
    except UnreadableVideo:
        return replace(clip)
