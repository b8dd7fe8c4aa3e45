"""The frequent SQL statements of jobs use indexes, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Select

from app.context import AppContext
from app.jobs import claims, leases, scheduling
from app.metrics import claims as measurements
from tests.app.plans import plan_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEXT = {"model": "motif", "now": NOON, "count": 4}
SUITE = {"suite": "motion", "now": NOON}
OTHERS = {"slugs": ["motif", "cinemo"], "worker_id": 1, "alive_since": NOON, "now": NOON}


@pytest.mark.parametrize(
    ("statement", "given", "index"),
    [
        (claims._NEXT, NEXT, "ix_jobs_queued"),
        (measurements._FIRST, SUITE, "ix_jobs_queued_suite"),
        (measurements._NEXT, SUITE | {"count": 4}, "ix_jobs_queued_suite"),
        (leases._OVERDUE, {"now": NOON}, "ix_jobs_leased"),
        (leases._BY_ID, {"public_id": "0" * 16}, "uq_jobs_public_id"),
        (scheduling._OTHER_MODELS, OTHERS, "ix_jobs_queued"),
    ],
    ids=["next", "first to measure", "next to measure", "overdue", "by id", "other models"],
)
def test_a_claim_reads_no_table_of_jobs_from_end_to_end(
    either_installation: AppContext,
    statement: Select[*tuple[object, ...]],
    given: dict[str, object],
    index: str,
) -> None:
    with either_installation.database.read() as session:
        plan = plan_of(session, statement, given)

    unique_on_sqlite = "sqlite_autoindex_jobs"
    assert index in plan or (index.startswith("uq_") and unique_on_sqlite in plan), plan
    assert "SCAN jobs" not in plan
    assert "Seq Scan on jobs" not in plan
