"""Measures the processor time of `ti2v` commands that print one screen and, for comparison, of imports.

Other programs affect processor time less than wall-clock time. The ratios to the imports can be compared
between machines. A command that draws a figure imports matplotlib, which alone takes longer than 0.5 s, so
the target of such a command is a ratio.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROUNDS = 3
TARGET_S, TARGET_WITH_DATABASE_S = 0.5, 1.5
# Times the import of matplotlib.
TARGET_OF_FIGURE = 1.7
FIGURE = "figure votes.csv"
OFFLINE = (
    *("--help", "study --help", "worker --help", "generators"),
    *("score votes.csv", "figure votes.csv --format csv"),
)
WITH_DATABASE = (
    "db upgrade",
    "db status",
    "key list",
    "benchmark list",
    "study list",
    "submission list",
    "doctor",
)
_VOTES = (
    "matchup,pair,reference,other,chosen,status,image_alignment,text_alignment,object_motion,overall_quality"
)


def main() -> None:
    """Print one line per command: processor time, ratio to the import of SQLAlchemy's ORM, and target."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _write_votes(home / "votes.csv")
        python = processor_s([sys.executable, "-c", "pass"], home)
        orm, matplotlib = (
            processor_s([sys.executable, "-c", f"import {name}"], home)
            for name in ("sqlalchemy.orm", "matplotlib.figure")
        )
        print(
            f"python -c pass: {python:.2f} s; import sqlalchemy.orm: {orm:.2f} s; "
            f"import matplotlib.figure: {matplotlib:.2f} s\n"
        )
        print("| command | processor s | times the import | target s |\n|---|---:|---:|---:|")
        created = processor_s([_ti2v(), "db", "upgrade"], home)
        print(f"| ti2v db upgrade, which creates the database | {created:.2f} | {created / orm:.1f} | |")
        for commands, target_s in ((OFFLINE, TARGET_S), (WITH_DATABASE, TARGET_WITH_DATABASE_S)):
            for command in commands:
                used = min(processor_s([_ti2v(), *command.split()], home) for _ in range(ROUNDS))
                print(f"| ti2v {command} | {used:.2f} | {used / orm:.1f} | {target_s} |", flush=True)
        drawn = min(processor_s([_ti2v(), *FIGURE.split()], home) for _ in range(ROUNDS))
        print(
            f"ti2v {FIGURE}: {drawn:.2f} s, {drawn / matplotlib:.1f} times the import of matplotlib "
            f"(target {TARGET_OF_FIGURE})"
        )


def processor_s(command: Sequence[str], home: Path) -> float:
    """Run a command in the folder `home`, with `home` as data folder, and return its processor time."""
    before = os.times()
    subprocess.run(
        command,
        cwd=home,
        env={**os.environ, "TI2V_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    after = os.times()
    return (after.children_user - before.children_user) + (after.children_system - before.children_system)


def _ti2v() -> str:
    return str(Path(sys.executable).with_name("ti2v"))


def _write_votes(path: Path) -> None:
    rows = (f"a:b,pair{number},a,b,{'ab'[number % 2]},valid,0,1,0,0" for number in range(60))
    path.write_text("\n".join((_VOTES, *rows)) + "\n")


if __name__ == "__main__":
    main()
