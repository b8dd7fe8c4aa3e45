"""Measures the processor time of a judgement as a ratio to bare routes and bare INSERTs in the same run."""

import statistics
import tempfile
import time
from pathlib import Path

from perf.bare_routes import ASSIGNMENT, VOTE, bare_database
from perf.judgements import Visit, prepare, run_clients
from perf.server import Server, running_bare_routes, running_server

CLIENTS, TURNS, TURN_S, INSERTS_S = 8, 11, 1.0, 2.0
# Times the processor time of bare routes.
TARGET = 2


def main() -> None:
    """Print one line for judgements with two requests, and one line for judgements with one request."""
    inserts_ms = measure_bare_inserts()
    for visit in (Visit.TWO_REQUESTS, Visit.ONE_REQUEST):
        measure_ratio(visit, inserts_ms)


def measure_bare_inserts() -> float:
    """Return the processor time, in ms, to insert the two rows of a judgement with two durable commits."""
    with tempfile.TemporaryDirectory() as folder:
        database = bare_database(str(Path(folder) / "inserts.sqlite3"))
        start, processor_s, done = time.perf_counter(), time.process_time(), 0
        while time.perf_counter() < start + INSERTS_S:
            (token,) = database.execute(ASSIGNMENT, ("", 0)).fetchone()
            database.execute(VOTE, (token, "left", "object_motion"))
            done += 1
        seconds, processor_s = time.perf_counter() - start, time.process_time() - processor_s
        database.close()
    processor_ms = 1000 * processor_s / done
    print(f"two bare INSERTs, no HTTP: {done / seconds:.0f} per second, {processor_ms:.2f} ms", flush=True)
    return processor_ms


def measure_ratio(visit: Visit, inserts_ms: float) -> None:
    """Print the product's processor time per judgement as a ratio to bare routes, and to two bare INSERTs.

    Both servers run at the same time, and the clients use them in turns, so other programs on the machine
    affect both servers equally.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        prepare(home, annotators=CLIENTS, with_media=False)
        with running_bare_routes(home / "bare.sqlite3") as bare, running_server(home) as product:
            turns = [(_turn_ms(bare, visit), _turn_ms(product, visit)) for _ in range(TURNS)]
    bare_ms, own_ms = (statistics.median(column) for column in zip(*turns[1:], strict=True))
    print(
        f"{visit}, {CLIENTS} clients: the server's processor time per judgement is {own_ms:.1f} ms, "
        f"{own_ms / bare_ms:.1f} times that of bare routes (target {TARGET}), "
        f"and {own_ms / inserts_ms:.0f} times that of two bare INSERTs",
        flush=True,
    )


def _turn_ms(server: Server, visit: Visit) -> float:
    processor_s = server.processor_s()
    timings = run_clients(server, range(CLIENTS), visit, seconds=TURN_S)
    return 1000 * (server.processor_s() - processor_s) / sum(len(timing.votes) for timing in timings)


if __name__ == "__main__":
    main()
