"""Lists the files of the repository, for tests on all files."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "benchmark", "models", "ti2v_bench")


def committed(*patterns: str) -> list[Path]:
    """Return the files that git tracks, and new files that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split("\n") if name and (ROOT / name).exists()]


def modules() -> list[Path]:
    """Return the Python modules of the installed packages, without the migrations."""
    return committed(*(f"{package}/*.py" for package in PACKAGES))
