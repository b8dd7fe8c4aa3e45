"""Measures probing, renditions and the sandbox: `python -m perf.media` prints a table.

The script uses the 320 real clips of CogVideoX in TI2V_TEST_DATA, or 320 synthetic clips of about 120 KB.
"""

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av

from app.media.probe import ClipLimits, probe_clip
from app.media.renditions import Recipe, make_rendition
from app.media.sandbox import Sandbox, Work, WorkRefused, probe
from benchmark.protocol import RenditionRecipe
from perf.clips import draw_noisy_clip

REPEATS = 20
CLIPS = 320
CHILDREN = 2


@dataclass(frozen=True)
class Row:
    """One line of the table. `value` is the median of repeated measurements."""

    what: str
    value: float
    unit: str


def measure() -> list[Row]:
    """Measure and return all rows. The measurement takes about 30 seconds on two cores."""
    with _clips() as clips, Sandbox(children=CHILDREN) as sandbox, tempfile.TemporaryDirectory() as folder:
        probe_clip(clips[0], sandbox=sandbox)  # start the fork server before the measurements
        target = Path(folder) / "rendition.mp4"
        return [
            Row("start of the fork server and one child", _start_ms(folder), "ms"),
            Row("one child that rejects an empty file", _median_ms(_refuse(sandbox, Path(folder))), "ms"),
            Row("decoding and checking a clip without sandbox", _median_ms(_look(clips)), "ms"),
            Row("probe of a clip", _median_ms(_probe(clips, sandbox)), "ms"),
            Row("remux of a clip", _median_ms(_render(clips, RenditionRecipe.REMUX, target, sandbox)), "ms"),
            Row(
                "normalising a clip",
                _median_ms(_render(clips, RenditionRecipe.NORMALISED, target, sandbox)),
                "ms",
            ),
            *_probe_all(clips, sandbox),
            Row("memory of the fork server (RSS)", _fork_server_mib(sandbox), "MiB"),
        ]


def main() -> None:
    """Print the machine and the table."""
    python = platform.python_version()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {python}, PyAV {av.__version__}")
    for row in measure():
        print(f"{row.what:<50} {row.value:>9.1f} {row.unit}")


@contextmanager
def _clips() -> Iterator[list[Path]]:
    real = os.environ.get("TI2V_TEST_DATA")
    if real:
        yield sorted((Path(real) / "outputs" / "cogvideox").glob("*.mp4"))[:CLIPS]
        return
    with tempfile.TemporaryDirectory() as folder:
        drawn = draw_noisy_clip(Path(folder) / "clip.mp4")
        yield [drawn] * CLIPS


def _median_ms(step: Callable[[int], object]) -> float:
    times = []
    for number in range(REPEATS):
        start = time.perf_counter()
        step(number)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def _start_ms(folder: str) -> float:
    start = time.perf_counter()
    with Sandbox(children=1) as fresh:
        _refuse(fresh, Path(folder))(0)
    return (time.perf_counter() - start) * 1000


def _refuse(sandbox: Sandbox, folder: Path) -> Callable[[int], None]:
    empty = folder / "empty.mp4"
    empty.touch()
    arguments: dict[str, Any] = {"path": str(empty), "input_image": None, "limits": {}}

    def step(_: int) -> None:
        try:
            sandbox.run(Work.PROBE, arguments)
        except WorkRefused:
            return

    return step


def _look(clips: list[Path]) -> Callable[[int], object]:
    limits = asdict(ClipLimits())
    return lambda number: probe.probe(str(clips[number]), None, limits)


def _probe(clips: list[Path], sandbox: Sandbox) -> Callable[[int], object]:
    return lambda number: probe_clip(clips[number], sandbox=sandbox)


def _render(
    clips: list[Path], kind: RenditionRecipe, target: Path, sandbox: Sandbox
) -> Callable[[int], object]:
    recipe = Recipe(kind, 320, 320, 8.0, 16)
    return lambda number: make_rendition(clips[number], recipe, target, sandbox=sandbox)


def _probe_all(clips: list[Path], sandbox: Sandbox) -> list[Row]:
    start, used_before_s = time.perf_counter(), _sandbox_cpu_s(sandbox)
    with ThreadPoolExecutor(CHILDREN) as threads:
        list(threads.map(lambda clip: probe_clip(clip, sandbox=sandbox), clips))
    whole_s = time.perf_counter() - start
    return [
        Row(f"{len(clips)} clips probed by {CHILDREN} children", whole_s, "s"),
        Row("the same, wall time per clip", whole_s * 1000 / len(clips), "ms"),
        # Processor time varies less than wall time when other processes use the machine.
        Row(
            "the same, processor time per clip",
            (_sandbox_cpu_s(sandbox) - used_before_s) * 1000 / len(clips),
            "ms",
        ),
    ]


def _fork_server_pids(sandbox: Sandbox) -> list[int]:
    return [each._process.pid for each in sandbox._fork_servers if each._process is not None]


def _sandbox_cpu_s(sandbox: Sandbox) -> float:
    """Return the processor time of the fork servers and their ended children (see `stat` in proc(5))."""
    ticks = 0
    for pid in _fork_server_pids(sandbox):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    return ticks / os.sysconf("SC_CLK_TCK")


def _fork_server_mib(sandbox: Sandbox) -> float:
    pages = int(Path(f"/proc/{_fork_server_pids(sandbox)[0]}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


if __name__ == "__main__":
    main()
