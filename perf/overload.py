"""Measures judgements with media on PostgreSQL and two server processes, at and above their highest rate.

Each judgement downloads both clips (120 KB each) and sends a vote whose response brings the next assignment.
The first phase finds the highest rate: clients judge without pauses. Then clients judge on a schedule, at 70
% and at 400 % of the highest rate. A client that gets 429 or 503 tries again at its next scheduled time.
Clients and servers share the machine.
"""

import argparse
import asyncio
import json
import math
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from perf.jobs import postgres
from perf.judgements import STUDY, VOTE_REQUEST, cookie, prepare
from perf.server import Server, running_server

CLIENTS, CROWD = 16, 480
SECONDS = 300.0
MOST_RECOVERY_S = 10.0
# A server's memory is flat if the second half of a phase needs at most this much more than the first half.
FLAT = 1.05
BUSY = frozenset({429, 503})
_VOTE = {**VOTE_REQUEST, "next": {}}


@dataclass
class Phase:
    """The outcome of one phase: answers by status, judgements, and the seconds of each vote."""

    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    votes: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.votes) / self.seconds

    @property
    def failures(self) -> int:
        return sum(count for status, count in self.statuses.items() if status not in (200, 201))

    @property
    def errors(self) -> int:
        """The number of responses that are neither a success nor a request to try again later (429, 503)."""
        return sum(count for status, count in self.statuses.items() if status not in (200, 201, *BUSY))

    @property
    def growth(self) -> float:
        """Return the largest memory in the second half, divided by the largest memory in the first half."""
        half = len(self.memory_mb) // 2
        return max(self.memory_mb[half:]) / max(self.memory_mb[:half])

    def vote_ms(self, share: float) -> float:
        ordered = sorted(self.votes)
        return 1000 * ordered[min(len(ordered) - 1, math.ceil(len(ordered) * share) - 1)]


class Client:
    """An annotator with one connection to one of the servers."""

    def __init__(self, number: int, port: int) -> None:
        self._headers = f"Host: 127.0.0.1\r\nCookie: ti2v_session={cookie(number)}\r\n"
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._card: dict[str, str] | None = None

    async def judge(self, phase: Phase) -> None:
        """Send the requests of one judgement; stop at the first request that does not succeed."""
        if self._card is None:
            status, body = await self._call(phase, "POST", f"/api/v1/studies/{STUDY}/assignments", {})
            if status != 200:
                return
            self._card = json.loads(body)
        for url in (self._card["left_url"], self._card["right_url"]):
            if (await self._call(phase, "GET", url))[0] != 200:
                return
        started = time.perf_counter()
        path = f"/api/v1/assignments/{self._card['token']}/vote"
        status, body = await self._call(phase, "POST", path, _VOTE)
        if status in (200, 201):
            phase.votes.append(time.perf_counter() - started)
            self._card = json.loads(body)["next"]

    async def _call(self, phase: Phase, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\n{self._headers}Content-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        try:
            # The server closes a connection that was idle for 5 s.
            if self._streams is None or self._streams[0].at_eof():
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            writer.write(head.encode() + content)
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
            fields = dict(line.split(": ", 1) for line in lines[1:] if line)
            status = int(lines[0].split()[1])
            answer = await reader.readexactly(int(fields.get("content-length", 0)))
            if fields.get("connection") == "close":
                self.close()
        except (OSError, EOFError):
            self.close()
            status, answer = 0, b""
        phase.statuses[status] += 1
        return status, answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


async def run(clients: Sequence[Client], servers: Sequence[Server], seconds: float, rate: float) -> Phase:
    """Let the clients judge for some seconds, with `rate` judgements per second; `inf` for no pauses."""
    phase = Phase(seconds)
    start = time.perf_counter()
    pause_s = len(clients) / rate

    async def keep_judging(client: Client, first_s: float) -> None:
        due = start + first_s
        while due < start + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await client.judge(phase)
            # Skip a scheduled time that passed while the client waited for a response.
            due = max(due + pause_s, time.perf_counter())

    async def watch_memory() -> None:
        while time.perf_counter() < start + seconds:
            phase.memory_mb.append(sum(server.memory_mb() for server in servers))
            await asyncio.sleep(seconds / 20)

    firsts = (pause_s * place / len(clients) for place in range(len(clients)))
    turns = [keep_judging(client, first_s) for client, first_s in zip(clients, firsts, strict=True)]
    await asyncio.gather(watch_memory(), *turns)
    return phase


async def recovery_s(client: Client, *, usual_ms: float) -> float:
    """Return the seconds until ten votes in a row succeed, each in at most twice the usual time."""
    start, in_a_row = time.perf_counter(), 0
    while in_a_row < 10 and time.perf_counter() - start < 6 * MOST_RECOVERY_S:
        phase = Phase(1.0)
        await client.judge(phase)
        is_usual = bool(phase.votes) and 1000 * phase.votes[0] <= 2 * usual_ms
        in_a_row = in_a_row + 1 if is_usual else 0
    return time.perf_counter() - start


def main() -> None:
    """Print one line per phase. The exit code is 1 if a phase misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each phase")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, postgres() as url:
        home = Path(folder)
        os.environ["TI2V_DATABASE_URL"] = url
        prepare(home, annotators=CROWD, with_media=True)
        with running_server(home) as first, running_server(home) as second:
            problems = asyncio.run(_measure((first, second), seconds))
    if problems:
        sys.exit("; ".join(problems))


async def _measure(servers: Sequence[Server], seconds: float) -> list[str]:
    crowd = [Client(number, servers[number % 2].port) for number in range(CROWD)]
    await run(crowd[:CLIENTS], servers, 3.0, math.inf)
    highest = await run(crowd[:CLIENTS], servers, min(seconds, 20.0), math.inf)
    _print("highest rate, no pauses", highest)
    steady = await run(crowd[:CLIENTS], servers, seconds, 0.7 * highest.rate)
    _print("70 % of the highest rate", steady)
    flood = await run(crowd, servers, min(seconds, 60.0), 4 * highest.rate)
    _print("400 % of the highest rate", flood)
    recovered_s = await recovery_s(crowd[0], usual_ms=steady.vote_ms(0.99))
    print(f"recovery after the overload: {recovered_s:.1f} s (target {MOST_RECOVERY_S:.0f} s)")
    for client in crowd:
        client.close()
    checks = {
        "errors at 70 %": steady.failures == 0,
        f"memory grew by more than {FLAT - 1:.0%} at 70 %": steady.growth <= FLAT,
        "answers other than success, 429 and 503 at 400 %": flood.errors == 0,
        "no recovery in time": recovered_s <= MOST_RECOVERY_S,
    }
    return [problem for problem, is_met in checks.items() if not is_met]


def _print(name: str, phase: Phase) -> None:
    print(
        f"{name}: {phase.rate:.0f} judgements/s, vote p50 {phase.vote_ms(0.5):.0f} ms, "
        f"p99 {phase.vote_ms(0.99):.0f} ms, answers {dict(sorted(phase.statuses.items()))}, "
        f"memory of both servers {phase.memory_mb[0]:.0f} to {phase.memory_mb[-1]:.0f} MB "
        f"(second half / first half {phase.growth:.2f})",
        flush=True,
    )


if __name__ == "__main__":
    main()
