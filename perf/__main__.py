"""Runs each measurement in its own process and prints the machine and the tables."""

import importlib.metadata
import os
import platform
import sqlite3
import subprocess
import sys

MEASUREMENTS = {
    "judgements": "Assignment and vote over HTTP",
    "judgement_cost": "Processor time of a judgement, beside bare routes and bare SQL statements",
    "peers": "Judgements in Potato and in our server",
    "scale": "Judgements on PostgreSQL: one and two processes, one and eight studies, with media",
    "overload": "Judgements with media on PostgreSQL and two processes, at 70 % and 400 % of their rate",
    "uploads": "320 clips over REST",
    "uploads_and_votes": "Votes beside 64 parallel uploads and 30 cold renditions",
    "kills": "50 kills of a server under concurrent votes",
    "panels": "1,000 comparisons, 50 clients, and 30 % abandoned assignments",
    "close_races": "Votes while their study closes",
    "headers": "Large and unfinished headers",
    "jobs": "Jobs for eight workers",
    "results_page": "The results page at 72,000 votes",
    "owner_pages": "The pages of an owner with 100 studies, 1,000 annotators and 100,000 votes",
    "next_pair": "The next pair on the voting page, in Chromium",
    "entry": "Entry of participants from a platform to the consent page",
    "report": "Figures and the report at 72,000 votes",
    "statistics": "The statistics library at a million votes",
    "media": "Probing and renditions",
    "canaries": "Texts hidden in clips",
    "scenes": "The scene engine",
    "metrics": "Automatic metrics: the weight-free suite, a second run, and the parts of a run",
    "motion": "Heatmaps: speed, and agreement with exact flow",
    "losses": "The cost of the motion focal loss",
    "worker": "The worker's overhead per clip",
    "motif": "Generating a clip",
    "generators": "The overhead of an adapter",
    "training": "Training at toy size",
    "commands": "The processor time of commands",
    "startup": "make run",
}
# These measurements install other tools, so they run only with PEERS=1 or if they are named.
PEERS = {"peers"}


def main() -> None:
    """Print the machine, and the tables of the measurements named as arguments (default: all but peers)."""
    left_out = set() if os.environ.get("PEERS") == "1" else PEERS
    chosen = sys.argv[1:] or [name for name in MEASUREMENTS if name not in left_out]
    unknown = set(chosen) - set(MEASUREMENTS)
    if unknown:
        sys.exit(f"no measurement {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, FastAPI {importlib.metadata.version('fastapi')}, "
        f"SQLAlchemy {importlib.metadata.version('sqlalchemy')}, load {os.getloadavg()[0]:.1f}"
    )
    for name in chosen:
        print(f"\n{MEASUREMENTS[name]}", flush=True)
        subprocess.run([sys.executable, "-m", f"perf.{name}"], check=True)


if __name__ == "__main__":
    main()
