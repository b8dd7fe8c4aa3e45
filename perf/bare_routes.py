"""A minimal FastAPI service with the requests of a judgement, as a baseline for the product's speed.

The server takes the same requests as the product and stores the same two rows (assignment, vote) in a SQLite
file, with one commit per request. The server does nothing else: no sign-in, no choice of a comparison, no
counters, no checks.

`python -m perf.bare_routes FILE PORT` runs the service.
"""

import sqlite3
import sys
import threading
from typing import Annotated

import uvicorn
from fastapi import Body, FastAPI, Path
from pydantic import BaseModel

from app.http_protocol import server_options
from app.settings import Settings

ASSIGNMENT = "INSERT INTO assignments (slug, seed) VALUES (?, ?) RETURNING token"
VOTE = "INSERT INTO votes (token, choice, reasons) VALUES (?, ?, ?)"
_TABLES = """
CREATE TABLE assignments (token INTEGER PRIMARY KEY, slug TEXT NOT NULL, seed INTEGER NOT NULL);
CREATE TABLE votes (
    id INTEGER PRIMARY KEY, token INTEGER NOT NULL, choice TEXT NOT NULL, reasons TEXT NOT NULL
);
"""


class Card(BaseModel):
    """The response to the first request."""

    token: int
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


def bare_database(file: str) -> sqlite3.Connection:
    """Create both tables in a SQLite file whose commits are durable."""
    database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.executescript(_TABLES)
    return database


def bare_service(file: str) -> FastAPI:
    """Return the service. One connection and one lock: SQLite has one writer."""
    database = bare_database(file)
    lock = threading.Lock()
    app = FastAPI()

    @app.get("/readyz")
    def ready() -> None: ...

    @app.post("/api/v1/studies/{slug}/assignments")
    def assign(slug: Annotated[str, Path()], _: Annotated[dict[str, object], Body()]) -> Card:
        with lock:
            (token,) = database.execute(ASSIGNMENT, (slug, 0)).fetchone()
        return Card(token=token, prompt="The kite flies.")

    @app.post("/api/v1/assignments/{token}/vote", status_code=201)
    def vote(token: int, request: VoteRequest) -> VoteResponse:
        card = None
        with lock:
            database.execute("BEGIN IMMEDIATE")
            database.execute(VOTE, (token, request.choice, ",".join(request.justifications)))
            if request.next is not None:
                (following,) = database.execute(ASSIGNMENT, ("", 0)).fetchone()
                card = Card(token=following, prompt="The kite flies.")
            database.execute("COMMIT")
        return VoteResponse(choice=request.choice, justifications=request.justifications, next=card)

    return app


if __name__ == "__main__":
    options = server_options(Settings(_env_file=None, port=int(sys.argv[2])))  # type: ignore[call-arg]  # pydantic-settings
    uvicorn.run(bare_service(sys.argv[1]), **options)
