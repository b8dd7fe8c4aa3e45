"""A run for tests of processes; this module imports nothing large, so its processes start fast."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class SeededRun:
    seed: int

    @property
    def name(self) -> str:
        return f"run-{self.seed}"


def stopped_or_failed(run: SeededRun) -> str:
    """Report that the run with seed 0 was stopped; fail with seed 1."""
    if run.seed:
        sys.exit(1)
    return "stopped"
