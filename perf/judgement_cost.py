"""Measures the processor time of a judgement relative to bare routes and to bare SQL in the same run."""

import shutil
import statistics
import tempfile
import time
from pathlib import Path

from perf.bare_routes import BareRows
from perf.judgements import DATABASE_FILE, Visit, prepare, run_clients
from perf.server import Server, running_bare_routes, running_server

CLIENTS, TURNS, TURN_S, ROWS_S = 8, 11, 1.0, 2.0
# Times the processor time of bare routes.
TARGET = 2


def main() -> None:
    """Print one line for judgements with two requests, and one line for judgements with one request."""
    rows_ms = measure_bare_rows()
    for visit in (Visit.TWO_REQUESTS, Visit.ONE_REQUEST):
        measure_ratio(visit, rows_ms)


def measure_bare_rows() -> float:
    """Return the processor time, in ms, to write the rows of a judgement with one commit and no HTTP."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        prepare(home, annotators=CLIENTS, with_media=False)
        rows = BareRows(str(home / DATABASE_FILE))
        token = rows.assign()
        start, processor_s, done = time.perf_counter(), time.process_time(), 0
        while time.perf_counter() < start + ROWS_S:
            token = rows.vote_and_assign(token, ["object_motion"])
            done += 1
        seconds, processor_s = time.perf_counter() - start, time.process_time() - processor_s
        rows.close()
    processor_ms = 1000 * processor_s / done
    print(f"bare SQL statements, no HTTP: {done / seconds:.0f} per second, {processor_ms:.2f} ms", flush=True)
    return processor_ms


def measure_ratio(visit: Visit, rows_ms: float) -> None:
    """Print the product's processor time per judgement relative to bare routes, and to bare SQL statements.

    Both servers run at the same time, and the clients use them in turns, so other programs on the machine
    affect both servers equally. In each turn, other annotators vote, because the cost of a judgement grows
    with the number of comparisons that the annotator has judged.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        prepare(home, annotators=TURNS * CLIENTS, with_media=False)
        file = shutil.copy(home / DATABASE_FILE, home / "bare.sqlite3")
        with running_bare_routes(file) as bare, running_server(home) as product:
            turns = [
                tuple(_turn_ms(server, visit, turn=turn) for server in (bare, product))
                for turn in range(TURNS)
            ]
    bare_ms, own_ms = (statistics.median(column) for column in zip(*turns[1:], strict=True))
    print(
        f"{visit}, {CLIENTS} clients: the server's processor time per judgement is {own_ms:.2f} ms, "
        f"{own_ms / bare_ms:.2f} times that of bare routes ({bare_ms:.2f} ms, target {TARGET} times), "
        f"and {own_ms / rows_ms:.1f} times that of bare SQL statements",
        flush=True,
    )


def _turn_ms(server: Server, visit: Visit, *, turn: int) -> float:
    processor_s = server.processor_s()
    annotators = range(turn * CLIENTS, (turn + 1) * CLIENTS)
    timings = run_clients(server, annotators, visit, seconds=TURN_S)
    return 1000 * (server.processor_s() - processor_s) / sum(len(timing.votes) for timing in timings)


if __name__ == "__main__":
    main()
