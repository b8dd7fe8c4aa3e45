"""While a clip is transcoded, its request holds no database connection."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.pool import QueuePool

from app.context import AppContext
from app.database import Database
from app.main import create_app
from app.media.rendition_cache import RenditionCache
from app.media.sandbox import Json, Sandbox, Work
from tests.acting import assign
from tests.cast import Study, enter


class RecordingSandbox(Sandbox):
    """A sandbox that records the number of checked-out connections whenever it works."""

    def __init__(self, database: Database) -> None:
        super().__init__(children=1)
        assert isinstance(database.engine.pool, QueuePool)
        self._pool = database.engine.pool
        self.connections: list[int] = []

    def run(self, work: Work, arguments: Mapping[str, Json]) -> dict[str, Json]:
        self.connections.append(self._pool.checkedout())
        return super().run(work, arguments)


@pytest.fixture
def recording_sandbox(context: AppContext) -> Iterator[RecordingSandbox]:
    with RecordingSandbox(context.database) as sandbox:
        yield sandbox


def test_no_connection_is_held_while_a_clip_is_transcoded(
    context: AppContext, study: Study, recording_sandbox: RecordingSandbox
) -> None:
    cache = RenditionCache(context.database, context.store, recording_sandbox)
    with TestClient(create_app(replace(context, renditions=cache))) as client:
        card = assign(enter(client, study), study)

        assert client.get(card["left_url"]).status_code == 200

    assert recording_sandbox.connections == [0, 0]
