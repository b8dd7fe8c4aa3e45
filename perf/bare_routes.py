"""A minimal FastAPI service with the requests of a judgement, as a baseline for the product's speed.

The server takes the same requests as the product, makes the same commits (a vote waits for the disk, a lease
does not), and writes the same rows to a database with the product's tables and indexes:

- the next assignment: INSERT the assignment; UPDATE the comparison's slots, draws and random key
- the vote: UPDATE the status of the assignment; INSERT the vote; UPDATE the comparison's vote counters

The server does nothing else: it has no sign-in, no ORM and no checks (not even of foreign keys), and it does
not choose comparisons. When the server starts, it draws a random list of (comparison, annotator)
combinations. The server assigns the comparisons in the order of this list.

`python -m perf.bare_routes FILE PORT` runs the service on a database that `perf.judgements.prepare` created.
"""

import random
import secrets
import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Annotated

import uvicorn
from fastapi import Body, FastAPI, Path
from pydantic import BaseModel

from app.http_protocol import server_options
from app.settings import Settings

_TURNS = """
SELECT annotators.id, comparisons.id, comparisons.study_id, comparisons.pair_id
FROM comparisons JOIN annotators USING (study_id) ORDER BY random() LIMIT 100000
"""
_ASSIGNMENT = """
INSERT INTO assignments (
    token, study_id, comparison_id, pair_id, annotator_id, purpose, takes_slot, protocol_version, position,
    left_side, status, created_at, expires_at, left_delivered, right_delivered
) VALUES (?, ?, ?, ?, ?, 'vote', 1, 1, 1, 'reference', 'open', ?, ?, 0, 0)
"""
_SLOT = (
    "UPDATE comparisons SET slots_taken = slots_taken + 1, draws = draws + 1, shuffle_key = ? WHERE id = ?"
)
_END = """
UPDATE assignments SET status = 'voted', ended_at = ? WHERE token = ?
RETURNING id, study_id, comparison_id, annotator_id
"""
_VOTE = """
INSERT INTO votes (
    assignment_id, study_id, comparison_id, annotator_id, chosen_side, chosen_id,
    image_alignment, text_alignment, object_motion, overall_quality, cast_at
) VALUES (?, ?, ?, ?, 'reference', 1, ?, ?, ?, ?, ?)
"""
_COUNT = """
UPDATE comparisons SET
    votes_reference = votes_reference + 1,
    image_alignment_reference = image_alignment_reference + ?,
    text_alignment_reference = text_alignment_reference + ?,
    object_motion_reference = object_motion_reference + ?,
    overall_quality_reference = overall_quality_reference + ?
WHERE id = ?
"""
_REASONS = ("image_alignment", "text_alignment", "object_motion", "overall_quality")
_LEASE = timedelta(seconds=900)


class Card(BaseModel):
    """The response to the first request."""

    token: str
    prompt: str


class VoteRequest(BaseModel):
    """The body of the second request. If `next` is set, the response also contains the next assignment."""

    choice: str
    justifications: list[str]
    next: dict[str, object] | None = None


class VoteResponse(BaseModel):
    choice: str
    justifications: list[str]
    next: Card | None


class BareRows:
    """Writes the rows of a judgement with plain SQL. SQLite has one writer, so there is one lock."""

    def __init__(self, file: str) -> None:
        self._lock = threading.Lock()
        # As in the product, the commit of a vote waits for the disk, and the commit of a lease does not.
        self._durable, self._forgettable = (
            _connection(file, synchronous=mode) for mode in ("FULL", "NORMAL")
        )
        self._turns = cycle(self._durable.execute(_TURNS).fetchall())

    def assign(self) -> str:
        """Write the rows of an assignment, and return its token."""
        with self._transaction(self._forgettable) as database:
            return self._assign(database)

    def vote(self, token: str, justifications: Sequence[str]) -> None:
        """Write the rows of a vote."""
        with self._transaction(self._durable) as database:
            self._vote(database, token, justifications)

    def vote_and_assign(self, token: str, justifications: Sequence[str]) -> str:
        """Write the rows of a vote and of the next assignment; return the token of the next assignment."""
        with self._transaction(self._durable) as database:
            self._vote(database, token, justifications)
            return self._assign(database)

    def close(self) -> None:
        self._durable.close()
        self._forgettable.close()

    @contextmanager
    def _transaction(self, database: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
        with self._lock:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")

    def _assign(self, database: sqlite3.Connection) -> str:
        annotator, comparison, study, pair = next(self._turns)
        token, now = secrets.token_urlsafe(32), datetime.now(UTC).replace(tzinfo=None)
        times = (now.isoformat(" "), (now + _LEASE).isoformat(" "))
        database.execute(_ASSIGNMENT, (token, study, comparison, pair, annotator, *times))
        database.execute(_SLOT, (random.getrandbits(62), comparison))
        return token

    def _vote(self, database: sqlite3.Connection, token: str, justifications: Sequence[str]) -> None:
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        ((assignment, study, comparison, annotator),) = database.execute(_END, (now, token)).fetchall()
        reasons = [each in justifications for each in _REASONS]
        database.execute(_VOTE, (assignment, study, comparison, annotator, *reasons, now))
        database.execute(_COUNT, (*reasons, comparison))


def _connection(file: str, *, synchronous: str) -> sqlite3.Connection:
    database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(f"PRAGMA synchronous = {synchronous}")
    return database


def bare_service(file: str) -> FastAPI:
    rows = BareRows(file)
    app = FastAPI()

    @app.get("/readyz")
    def ready() -> None: ...

    @app.post("/api/v1/studies/{slug}/assignments")
    def assign(_slug: Annotated[str, Path(alias="slug")], _: Annotated[dict[str, object], Body()]) -> Card:
        return Card(token=rows.assign(), prompt="The kite flies.")

    @app.post("/api/v1/assignments/{token}/vote", status_code=201)
    def vote(token: str, request: VoteRequest) -> VoteResponse:
        card = None
        if request.next is None:
            rows.vote(token, request.justifications)
        else:
            card = Card(token=rows.vote_and_assign(token, request.justifications), prompt="The kite flies.")
        return VoteResponse(choice=request.choice, justifications=request.justifications, next=card)

    return app


if __name__ == "__main__":
    options = server_options(Settings(_env_file=None, port=int(sys.argv[2])))  # type: ignore[call-arg]  # pydantic-settings
    uvicorn.run(bare_service(sys.argv[1]), **options)
