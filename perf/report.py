"""Measures the report and the figures of a ten-model round robin (perf/round_robin.py) with 72,000 votes.

Run the measurement with `python -m perf.report`. Times are from single runs, after one figure was drawn to
load the fonts. Memory is the growth of the process's peak memory.
"""

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.context import AppContext
from app.results.figures.study import study_figure_file
from app.results.report.writer import write_report
from app.security.identity import Principal
from benchmark.exports.figures.kinds import FigureFormat, FigureName
from benchmark.protocol import Role
from perf.round_robin import STUDY, round_robin

READER = Principal(0, "perf", Role.ADMIN)


def main() -> None:
    with round_robin() as context:
        _figure(context, FigureName.PREFERENCES, FigureFormat.PDF)
        before = _peak_mib()
        print("| what | s | processor s | KiB |\n|---|---:|---:|---:|")
        for form in FigureFormat:
            _line(
                f"figure, 45 matchups, {form}",
                lambda form=form: len(_figure(context, FigureName.PREFERENCES, form)),
            )
        _line("report, 72,000 votes", lambda: _report(context))
        print(f"peak memory grew by {_peak_mib() - before:.0f} MiB")


def _figure(context: AppContext, name: FigureName, form: FigureFormat) -> bytes:
    return study_figure_file(context.database, slug=STUDY, principal=READER, name=name, file_format=form)


def _report(context: AppContext) -> int:
    """Write the report and return its size in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        write_report(context.database, slug=STUDY, principal=READER, folder=Path(folder))
        return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def _line(what: str, make: Callable[[], int]) -> None:
    started, busy = time.perf_counter(), time.process_time()
    size = make()
    seconds, processor = time.perf_counter() - started, time.process_time() - busy
    print(f"| {what} | {seconds:.2f} | {processor:.2f} | {size / 1024:,.0f} |")


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
