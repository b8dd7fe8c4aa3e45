"""Runs a measurement on SQLite and on PostgreSQL."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from perf.jobs import postgres, sqlite


def measure_on_each(measure: Callable[[Path], str]) -> None:
    """Call `measure` with an empty data folder for each database, and print one line per database."""
    for name, urls in (("SQLite", sqlite), ("PostgreSQL", postgres)):
        with tempfile.TemporaryDirectory() as folder, urls() as url:
            os.environ["TI2V_DATABASE_URL"] = url
            try:
                print(f"{name}: {measure(Path(folder))}", flush=True)
            finally:
                del os.environ["TI2V_DATABASE_URL"]
