"""Reads and writes a run's measurements: SETTING-SEED.csv (the clips) and SETTING-SEED.json (the run).

The CSV file has one row per clip. The JSON file is written last, and contains the hash of the CSV file. If
the JSON file is missing or contains a different hash, the process was interrupted while it wrote the two
files. The reader refuses the CSV file of an interrupted process.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from benchmark.repro.paper_settings import PLANNED_SEEDS
from benchmark.tables.csv_text import csv_text

Row = Mapping[str, float | None]
_PAIR = "pair_id"
# A name that starts with a dot belongs to a temporary file of a killed process.
_NAME = re.compile(r"(?P<setting>[a-z0-9][a-z0-9.-]*)-(?P<seed>\d+)")


class MeasurementError(ValueError):
    """The measurements of a run cannot be used; the message names the file and the next step."""


class RunStatus(StrEnum):
    """How a run ended: it finished, or a loss became NaN or infinite."""

    FINISHED = "finished"
    NOT_FINITE = "not_finite"


@dataclass(frozen=True)
class RunFacts:
    """The properties of a run, without the measures of its clips.

    Attributes:
        setting: name of the setting.
        seed: seed of the run.
        status: how the run ended.
        steps: completed optimiser steps.
        clips_per_step: training clips per step.
        parameters: number of trained weights.
        train_s: wall-clock time of the training steps, in seconds.
        sample_s: time to generate the held-out clips, in seconds.
        settings: hash of all settings that influence the result.
        benchmark: hash of the prompts and frames of the held-out clips.
        torch: version of torch.
        figure6: mean losses by timestep, with the keys timestep, inside and overall.
    """

    setting: str
    seed: int
    status: RunStatus
    steps: int
    clips_per_step: int
    parameters: int
    train_s: float
    sample_s: float
    settings: str
    benchmark: str
    torch: str
    figure6: tuple[Mapping[str, float], ...] = ()


@dataclass(frozen=True)
class Measurement:
    """The measurements of a run.

    Attributes:
        facts: the properties of the run.
        columns: names of the measures.
        pair_ids: the ids of the held-out pairs, in the order of the benchmark; empty if a loss of the run
            became NaN or infinite.
        rows: the measures of each clip; None if a measure is not defined for the clip.
    """

    facts: RunFacts
    columns: tuple[str, ...]
    pair_ids: tuple[str, ...]
    rows: tuple[Row, ...]


def write_measurement(folder: Path, measurement: Measurement) -> None:
    """Write the two files of a run; values are rounded to 6 digits, so that equal runs give equal bytes.

    Raises:
        ValueError: a value is NaN or infinite.
    """
    stem = run_name(measurement.facts.setting, measurement.facts.seed)
    table = clip_measures_csv(measurement.columns, measurement.pair_ids, measurement.rows)
    folder.mkdir(parents=True, exist_ok=True)
    # Remove the old facts first. If the process is killed between the two writes, the facts are then missing,
    # so the run counts as incomplete.
    (folder / f"{stem}.json").unlink(missing_ok=True)
    (folder / f"{stem}.csv").write_text(table, encoding="utf-8", newline="")
    facts = asdict(measurement.facts) | {"rows": len(measurement.rows), "csv_sha256": _sha256(table)}
    temporary = folder / f".{stem}.json"
    try:
        temporary.write_text(json.dumps(facts, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        temporary.replace(folder / f"{stem}.json")
    finally:
        temporary.unlink(missing_ok=True)


def read_measurement(folder: Path, setting: str, seed: int) -> Measurement:
    """Read the measurements of a run.

    Raises:
        MeasurementError: a file is missing, half-written or damaged.
    """
    stem = run_name(setting, seed)
    path, table_path = folder / f"{stem}.json", folder / f"{stem}.csv"
    if not path.exists():
        what = "is half-written: it has no JSON file" if table_path.exists() else "is missing"
        raise MeasurementError(f"{stem} {what} in {folder}. Run `{_command(stem, seed)}`.")
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        table = table_path.read_bytes().decode("utf-8")
        rows, checksum = tree.pop("rows"), tree.pop("csv_sha256")
        facts = RunFacts(**tree | {"status": RunStatus(tree["status"]), "figure6": tuple(tree["figure6"])})
        if (facts.setting, facts.seed) != (setting, seed) or checksum != _sha256(table):
            raise ValueError("the CSV file does not belong to the JSON file")
        measurement = _from_csv(facts, table)
        if len(measurement.rows) != rows:
            raise ValueError(f"{len(measurement.rows)} rows, expected {rows}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MeasurementError(
            f"{stem} in {folder} is damaged: {error}. Remove its two files and run `{_command(stem, seed)}`."
        ) from error
    return measurement


def stored_runs(folder: Path) -> list[tuple[str, int]]:
    """Return (setting, seed) of every run with a file in the folder, sorted; runs may be half-written."""
    stems = {path.stem for path in folder.glob("*") if path.suffix in (".csv", ".json")}
    found = [match for stem in stems if (match := _NAME.fullmatch(stem))]
    return sorted((match["setting"], int(match["seed"])) for match in found)


def run_name(setting: str, seed: int) -> str:
    """Return the name of a run, which is also the name of its folder and the stem of its files."""
    return f"{setting}-{seed}"


def _command(stem: str, seed: int) -> str:
    # Without --seeds, `ti2v repro run` knows only the seeds of the grid.
    seeds = "" if seed in PLANNED_SEEDS else f" --seeds {seed + 1}"
    return f"ti2v repro run {stem}{seeds}"


def clip_measures_csv(columns: Sequence[str], pair_ids: Sequence[str], rows: Sequence[Row]) -> str:
    """Return the measures of clips as CSV text, rounded to 6 digits.

    Raises:
        ValueError: a value is NaN or infinite.
    """
    lines = (
        [pair, *(_cell(row[name]) for name in columns)] for pair, row in zip(pair_ids, rows, strict=True)
    )
    return csv_text([[_PAIR, *columns], *lines])


def _from_csv(facts: RunFacts, table: str) -> Measurement:
    header, *lines = csv.reader(io.StringIO(table))
    if header[:1] != [_PAIR] or any(len(line) != len(header) for line in lines):
        raise ValueError("a row has not as many cells as the header")
    rows = tuple(_row(header[1:], line[1:]) for line in lines)
    return Measurement(facts, tuple(header[1:]), tuple(line[0] for line in lines), rows)


def _row(columns: Sequence[str], cells: Sequence[str]) -> Row:
    return {name: float(cell) if cell else None for name, cell in zip(columns, cells, strict=True)}


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    # `json.dumps` refuses NaN and infinity.
    return json.dumps(round(float(value), 6), allow_nan=False)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
