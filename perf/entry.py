"""Measures the entry of participants: from the link on a platform to the consent page.

An entry is three requests: the link with the ids, the redirect to the current phase, and the consent page.
The study has 45 matchups with 320 pairs each. A local server replaces Prolific's server for the keys of
signed links; the first entry fetches the keys.

Run: python -m perf.entry. The script creates a SQLite database in a temporary folder.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app import migrations
from app.context import open_context
from app.main import create_app
from app.settings import Settings
from app.tables.studies import Study
from benchmark.protocol import StudyStatus, WatchGate
from benchmark.wire.phases import Phases
from benchmark.wire.platforms import Platform
from perf.synthetic_studies import open_round_robin
from tests.app.platforms.prolific_api import IDS, STUDY_ID, running_api, signed

STUDY = "entry"
ENTRIES = 200
TARGET_MS = 100
CONSENT = {"sections": [{"title": "Who runs it", "text": "A university."}], "statements": ["I agree."]}


def main() -> None:
    print("| links | first ms | median ms | p99 ms | processor ms |\n|---|---:|---:|---:|---:|")
    for is_signed in (False, True):
        with study_on_prolific(is_signed=is_signed) as client:
            address = "http://127.0.0.1:8000"
            first, *again = [
                _timed(client, _link(number, address if is_signed else None)) for number in range(ENTRIES + 1)
            ]
        name = "signed" if is_signed else "unsigned"
        took, processor = zip(*again, strict=True)
        figures = (first[0], statistics.median(took), statistics.quantiles(took, n=100)[-1])
        cells = " | ".join(f"{each:.0f}" for each in (*figures, statistics.median(processor)))
        print(f"| {name} | {cells} |")
    print(f"target: {TARGET_MS} ms; {ENTRIES} entries after the first, one after the other")


@contextmanager
def study_on_prolific(*, is_signed: bool) -> Iterator[TestClient]:
    """Yield a client of a service with an open study whose participants come from Prolific."""
    with tempfile.TemporaryDirectory() as home, running_api() as api:
        settings = Settings(  # type: ignore[call-arg]
            _env_file=None,
            home=Path(home),
            secret_key="perf-secret-of-more-than-32-bytes-0",  # type: ignore[arg-type]
            prolific_api_url=api.address,
        )
        with open_context(settings) as context:
            migrations.upgrade(context.database)
            platform = Platform.model_validate(
                {"kind": "prolific", "study_id": STUDY_ID, "signed_links": is_signed}
            )
            with context.database.write() as session:
                open_round_robin(session, slug=STUDY, watch_gate=WatchGate.OFF)
                session.execute(
                    update(Study).values(
                        phases=Phases.model_validate({"consent": CONSENT}).model_dump(mode="json"),
                        platform=platform.model_dump(mode="json"),
                    )
                )
                assert session.scalars(select(Study.status)).one() is StudyStatus.OPEN
            with TestClient(create_app(context)) as client:
                yield client


def _link(number: int, address: str | None) -> Mapping[str, str]:
    """Return the parameters of a participant's link; a signed link if an address is given."""
    ids = IDS | {"PROLIFIC_PID": f"{number:024}", "SESSION_ID": f"{number:024x}"}
    return ids if address is None else {"prolific_token": signed(address, **ids)}


def _timed(client: TestClient, link: Mapping[str, str]) -> tuple[float, float]:
    """Return the time of an entry in a new browser, and the processor time of server and client, in ms."""
    client.cookies.clear()
    started, processor = time.perf_counter(), time.process_time()
    page = client.get(f"/studies/{STUDY}/join", params=dict(link))
    assert page.url.path == f"/studies/{STUDY}/phases/consent", page.text
    return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - processor)


if __name__ == "__main__":
    main()
