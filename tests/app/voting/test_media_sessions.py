"""While a clip is transcoded, its request has no open transaction, and so holds no database connection."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, event

from app.context import AppContext
from app.database import Database
from app.main import create_app
from app.media.rendition_cache import RenditionCache
from app.media.sandbox import Json, Sandbox, Work
from tests.acting import assign
from tests.cast import Study, enter


class RecordingSandbox(Sandbox):
    """A sandbox that records the number of open transactions whenever it works."""

    def __init__(self, database: Database) -> None:
        super().__init__(children=1)
        self._open = 0
        self.transactions: list[int] = []
        event.listen(database.engine, "begin", self._began)
        event.listen(database.engine, "commit", self._ended)
        event.listen(database.engine, "rollback", self._ended)

    def run(self, work: Work, arguments: Mapping[str, Json]) -> dict[str, Json]:
        self.transactions.append(self._open)
        return super().run(work, arguments)

    def _began(self, _connection: Connection) -> None:
        self._open += 1

    def _ended(self, _connection: Connection) -> None:
        self._open -= 1


@pytest.fixture
def recording_sandbox(context: AppContext) -> Iterator[RecordingSandbox]:
    with RecordingSandbox(context.database) as sandbox:
        yield sandbox


def test_no_transaction_is_open_while_a_clip_is_transcoded(
    context: AppContext, study: Study, recording_sandbox: RecordingSandbox
) -> None:
    cache = RenditionCache(context.database, context.store, recording_sandbox)
    with TestClient(create_app(replace(context, renditions=cache))) as client:
        card = assign(enter(client, study), study)

        assert client.get(card["left_url"]).status_code == 200

    assert recording_sandbox.transactions == [0, 0]
