"""Measures judgements per second in our server and in another annotation tool, Potato, in turns.

`PEERS=1 make perf` runs this measurement. The script installs Potato into a separate folder: `peers/` in
TI2V_HOME, or the folder that `--folder` names.

Both studies have 14,400 comparisons. Each server is one process on this machine. A judgement in our server
takes two requests (assignment and vote). A judgement in Potato takes the three requests of Potato's own page:
save the answer (POST /updateinstance), go to the next comparison (POST /annotate), and load the page of this
comparison (GET /annotate). Clients fetch no videos, scripts or styles.
"""

import argparse
import json
import re
import statistics
import subprocess
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from app.settings import Settings
from perf.judgements import Visit, prepare, run_clients
from perf.server import Server, free_port, running_server, running_tool

PACKAGE = "potato-annotation==2.12.1"
CLIENTS = (1, 8, 32)
TURNS, TURN_S, WARM_UP_S = 3, 4.0, 1.0
COMPARISONS = 45 * 320
# More than an annotator can judge in this measurement. Without a limit, Potato assigns all comparisons to an
# annotator at the first page, which takes 2 s per annotator and makes the later requests no faster.
MOST_PER_ANNOTATOR = 1000
ATTEMPTS = 20
REASONS = ("object_motion", "text_alignment")
_INSTANCE = re.compile(rb'id="instance_id"[^>]*value="([^"]+)"')


def main() -> None:
    """Print one line per number of clients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, help="where Potato is installed (default: peers/ in TI2V_HOME)"
    )
    folder: Path = parser.parse_args().folder or home_folder() / "peers"
    potato = install(folder.resolve())
    print(f"{PACKAGE}; both servers in turns, {TURNS} x {TURN_S:.0f} s each; ms: the server's processor time")
    names = ("clients", "ours/s", "Potato/s", "ratio", "ours ms", "Potato ms", "ratio", "failed", "failed")
    print("".join(f"{name:>11}" for name in names))
    for clients in CLIENTS:
        measure(potato, clients)


def home_folder() -> Path:
    return Settings(_env_file=None).home  # type: ignore[call-arg]  # pydantic-settings


def install(folder: Path) -> Path:
    """Install Potato into a virtual environment if it is missing; return the path of its program."""
    environment = folder / PACKAGE.replace("==", "-")
    program = environment / "bin" / "potato"
    if not program.exists():
        print(f"installing {PACKAGE} into {environment}", flush=True)
        venv.create(environment, with_pip=True, clear=True)
        python = environment / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", PACKAGE], check=True)
    return program


def measure(potato: Path, clients: int) -> None:
    """Print the median rates and processor times of both servers, and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        home, task = Path(folder) / "ours", Path(folder) / "potato"
        home.mkdir()
        prepare(home, annotators=clients, with_media=False)
        port = free_port()
        command = (str(potato), "start", str(write_task(task)), "-p", str(port), "--host", "127.0.0.1")
        with running_server(home) as own, running_tool(command, port, task) as peer:
            annotators = [Annotator(port, f"annotator-{number}") for number in range(clients)]
            turns = []
            for number in range(TURNS + 1):
                seconds = TURN_S if number else WARM_UP_S
                turns.append(
                    (
                        timed(own, partial(run_own, own, clients, seconds)),
                        timed(peer, partial(run_annotators, annotators, seconds)),
                    )
                )
    ours, theirs = (median(column) for column in zip(*turns[1:], strict=True))
    print(
        f"{clients:>11}{ours.rate:>11.1f}{theirs.rate:>11.1f}{ours.rate / theirs.rate:>11.1f}"
        f"{ours.processor_ms:>11.1f}{theirs.processor_ms:>11.1f}"
        f"{theirs.processor_ms / ours.processor_ms:>11.1f}{ours.failures:>11}{theirs.failures:>11}",
        flush=True,
    )


@dataclass(frozen=True)
class Turn:
    """Judgements per second, the server's processor time per judgement, and failed requests."""

    rate: float
    processor_ms: float
    failures: int


def timed(server: Server, run: Callable[[], tuple[int, int]]) -> Turn:
    """Measure one turn. `run` returns the numbers of judgements and of failed requests.

    Raises:
        RuntimeError: the server stored no judgement, so there is nothing to compare.
    """
    start, processor_s = time.perf_counter(), server.processor_s()
    judgements, failures = run()
    elapsed, processor_s = time.perf_counter() - start, server.processor_s() - processor_s
    if not judgements:
        raise RuntimeError(f"a server stored no judgement in {elapsed:.1f} s; {failures} requests failed")
    return Turn(judgements / elapsed, 1000 * processor_s / judgements, failures)


def median(turns: Sequence[Turn]) -> Turn:
    """Return the median rate and processor time of the turns, and the sum of their failures."""
    return Turn(
        statistics.median(turn.rate for turn in turns),
        statistics.median(turn.processor_ms for turn in turns),
        sum(turn.failures for turn in turns),
    )


def run_own(server: Server, clients: int, seconds: float) -> tuple[int, int]:
    timings = run_clients(server, range(clients), Visit.TWO_REQUESTS, seconds=seconds)
    failures = sum(timing.failures for timing in timings)
    return sum(len(timing.votes) for timing in timings) - failures, failures


def write_task(folder: Path) -> Path:
    """Write the same study as a Potato project: one choice, reasons, five votes for each comparison."""
    folder.mkdir()
    lines = [json.dumps({"id": f"pair-{number}", "text": "The kite flies."}) for number in range(COMPARISONS)]
    (folder / "pairs.jsonl").write_text("\n".join(lines))
    choice = {
        "annotation_type": "radio",
        "name": "choice",
        "description": "Which?",
        "labels": ["left", "right"],
    }
    reasons = {
        "annotation_type": "multiselect",
        "name": "reasons",
        "description": "Why?",
        "labels": list(REASONS),
    }
    task = {
        "annotation_task_name": "perf",
        "task_dir": ".",
        "data_files": ["pairs.jsonl"],
        "item_properties": {"id_key": "id", "text_key": "text"},
        "output_annotation_dir": "votes",
        "annotation_schemes": [{**choice, "label_requirement": {"required": True}}, reasons],
        "max_annotations_per_item": 5,
        "max_annotations_per_user": MOST_PER_ANNOTATOR,
        "require_password": False,
    }
    file = folder / "task.yaml"
    file.write_text(json.dumps(task))  # JSON is YAML
    return file


class Annotator:
    """A client that judges as Potato's own page does."""

    def __init__(self, port: int, name: str) -> None:
        """Sign in and load the first page, for which Potato assigns the comparisons."""
        self.connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies: dict[str, str] = {}
        self.judgements = self.failures = 0
        self.call("POST", "/auth", urlencode({"email": name}), "application/x-www-form-urlencoded")
        self.instance = self.load()

    def call(self, method: str, path: str, body: str | None = None, kind: str = "application/json") -> bytes:
        """Send a request, and count it as failed unless it succeeds."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {"Content-Type": kind, "X-Potato-Navigation": "1"} if body else {}
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.failures += response.status >= 400
        return content

    def load(self) -> str:
        """Load the page, repeatedly if Potato fails to render it; return the name of the comparison."""
        for _ in range(ATTEMPTS):
            found = _INSTANCE.search(self.call("GET", "/annotate"))
            if found:
                return found[1].decode()
        raise RuntimeError(f"Potato did not render its page in {ATTEMPTS} attempts")

    def judge_until(self, stop_at: float) -> None:
        """Judge comparisons until the time `stop_at`.

        A judgement counts if Potato then shows the next comparison, because Potato first stores the vote.
        """
        while time.perf_counter() < stop_at:
            vote = {"choice:left": "left", "reasons:object_motion": "true"}
            request = {"instance_id": self.instance, "annotations": vote, "span_annotations": []}
            self.call("POST", "/updateinstance", json.dumps(request))
            move = {"action": "next_instance", "instance_id": self.instance}
            self.call("POST", "/annotate", json.dumps(move))
            following = self.load()
            self.judgements += following != self.instance
            self.instance = following


def run_annotators(annotators: Sequence[Annotator], seconds: float) -> tuple[int, int]:
    """Let annotators judge at the same time, and return the numbers of judgements and of failed requests."""
    for annotator in annotators:
        annotator.judgements = annotator.failures = 0
    stop_at = time.perf_counter() + seconds
    threads = [threading.Thread(target=annotator.judge_until, args=(stop_at,)) for annotator in annotators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(each.judgements for each in annotators), sum(each.failures for each in annotators)


if __name__ == "__main__":
    main()
