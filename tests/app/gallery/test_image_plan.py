"""The permission query for each thumbnail uses an index, on both databases."""

import pytest

from app.context import AppContext
from app.gallery.queries import benchmarks_showing
from app.security.identity import Principal
from benchmark.protocol import Role
from tests.app.plans import plan_of

SHA256 = "ab" * 32
ALICE = Principal(1, "alice", Role.RESEARCHER)


@pytest.mark.parametrize("principal", [None, ALICE], ids=["visitor", "researcher"])
def test_no_thumbnail_reads_all_pairs(either_installation: AppContext, principal: Principal | None) -> None:
    with either_installation.database.read() as session:
        plan = plan_of(session, benchmarks_showing(SHA256, principal), {})

    assert "ix_pairs_image_key" in plan, plan
    assert "SCAN pairs" not in plan, plan
    assert "Seq Scan on pairs" not in plan, plan
