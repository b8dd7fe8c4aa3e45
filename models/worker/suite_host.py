"""Runs suites of metrics in this process, and keeps the networks of the current suite between claims."""

from collections.abc import Sequence

from benchmark.metrics.suites import SUITES
from benchmark.metrics.table import MetricTable
from benchmark.protocol import SuiteName
from models.metrics.clip_input import ClipInput
from models.metrics.clips import FoundClips
from models.metrics.open_networks import OpenNetworks
from models.metrics.options import MetricRun
from models.metrics.run import run_suite
from models.worker.memory_errors import is_out_of_memory


class SuiteHost:
    """Measures clips. The networks of a suite stay in memory until another suite runs or `close` is called.

    If the memory is too small for all networks of a suite, the host then loads only the networks of one
    metric at a time.

    Args:
        run: the folders and the device with which suites run.
    """

    def __init__(self, run: MetricRun) -> None:
        self._run = run
        self._networks = OpenNetworks(keep=True)
        self._suite: SuiteName | None = None

    def measure(self, suite: SuiteName, clips: Sequence[ClipInput]) -> MetricTable:
        """Return the scores of the clips; see `run_suite`."""
        if suite is not self._suite:
            self.close()
            self._suite = suite
        found = FoundClips(tuple(clips), (), len(clips))
        try:
            return run_suite(SUITES[suite], found, self._run, networks=self._networks)
        except Exception as error:
            self.close()
            if is_out_of_memory(error):
                self._networks = OpenNetworks(keep=False)
            raise

    def close(self) -> None:
        """Unload the networks, and end the processes that score clips."""
        self._networks.close()
