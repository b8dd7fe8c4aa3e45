"""Runs a measurement on SQLite and on PostgreSQL."""

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from perf.jobs import postgres, sqlite

DATABASES = {"SQLite": sqlite, "PostgreSQL": postgres}


@dataclass(frozen=True)
class Outcome:
    """The result of a measurement on one database.

    Attributes:
        sentence: what was counted.
        violations: the number of cases that broke a promise (docs/promises.md).
    """

    sentence: str
    violations: int


def measure_on_each(measure: Callable[[Path], Outcome], databases: Sequence[str] = tuple(DATABASES)) -> None:
    """Call `measure` with an empty data folder for each of the databases, and print one line per database.

    Raises:
        SystemExit: a promise was broken; the exit code is 1.
    """
    violations = 0
    for name in databases:
        with tempfile.TemporaryDirectory() as folder, DATABASES[name]() as url:
            os.environ["TI2V_DATABASE_URL"] = url
            try:
                outcome = measure(Path(folder))
            finally:
                del os.environ["TI2V_DATABASE_URL"]
        print(f"{name}: {outcome.sentence}", flush=True)
        violations += outcome.violations
    if violations:
        sys.exit(f"{violations} cases broke a promise of docs/promises.md")
