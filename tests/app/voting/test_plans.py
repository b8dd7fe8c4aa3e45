"""The SQL statements of a vote use indexes, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Select

from app.context import AppContext
from app.media import comparison_clips
from app.panels import annotator_counts, selection
from app.voting import expired_leases, leases
from benchmark.protocol import Balance
from tests.app.plans import plan_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEXT = {"study_id": 1, "panel": 5, "annotator_id": 1}


@pytest.mark.parametrize(
    ("statement", "given", "index"),
    [
        (selection._ON_A_NEW_PAIR[Balance.COMPARISONS].statement, NEXT, "ix_comparisons_next"),
        (selection._NOT_MET[Balance.COMPARISONS].statement, NEXT, "ix_comparisons_next"),
        (leases._HELD, {"annotator_id": 1}, "ix_assignments"),
        (expired_leases._OVERDUE, {"study_id": 1, "now": NOON}, "ix_assignments_open"),
        (selection._MET_PAIRS.statement, {"annotator_id": 1}, "assignments_annotator"),
        (annotator_counts._COUNTS[False].statement, NEXT, "assignments_annotator"),
        (annotator_counts._COUNTS[True].statement, NEXT, "assignments_annotator"),
        (comparison_clips._COMPARED.statement, {"comparison_id": 1}, "clips"),
    ],
    ids=["new pair", "not met", "held", "overdue", "met pairs", "counts", "counts with repeats", "clips"],
)
def test_no_table_is_read_from_end_to_end(
    either_installation: AppContext,
    statement: Select[*tuple[object, ...]],
    given: dict[str, object],
    index: str,
) -> None:
    with either_installation.database.read() as session:
        plan = plan_of(session, statement, given)

    assert index in plan, plan
    assert "SCAN" not in plan, plan
    assert "Seq Scan" not in plan, plan
