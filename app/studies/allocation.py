"""Applies the allocation of a study to its pairs: the chosen scenarios, and the batches."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.panels.allocation import study_allocation
from app.tables.bench import Benchmark, Pair
from app.tables.studies import Study
from benchmark.design import shuffle_key
from benchmark.wire.allocation import Allocation


def check_allocation(session: Session, allocation: Allocation | None, benchmark: Benchmark) -> None:
    """Check that the chosen scenarios exist.

    Raises:
        Invalid: the benchmark has no such scenario.
    """
    if allocation is None or not allocation.scenarios:
        return
    query = select(Pair.scenario).where(Pair.benchmark_id == benchmark.id).distinct()
    known = set(session.scalars(query))
    unknown = [name for name in allocation.scenarios if name not in known]
    if unknown:
        raise Invalid(
            f"The benchmark {benchmark.slug} has no scenario {unknown[0]}. Its scenarios are: "
            f"{', '.join(sorted(known))}.",
            code="unknown_scenario",
        )


def is_allocated(study: Study) -> ColumnElement[bool]:
    """Return the SQL condition that selects the pairs in the scenarios of the study."""
    scenarios = study_allocation(study).scenarios
    return Pair.scenario.in_(scenarios) if scenarios else true()


def allocated_pairs(session: Session, study: Study) -> frozenset[int]:
    """Return the ids of those pairs of the study's benchmark that belong to the study's scenarios."""
    return pairs_of_scenarios(session, study.benchmark_id, study_allocation(study).scenarios)


def pairs_of_scenarios(
    session: Session, benchmark_id: int, scenarios: Collection[str] | None
) -> frozenset[int]:
    """Return the ids of a benchmark's pairs in these scenarios; without scenarios, the ids of all pairs."""
    query = select(Pair.id).where(Pair.benchmark_id == benchmark_id)
    return frozenset(session.scalars(query.where(Pair.scenario.in_(scenarios)) if scenarios else query))


def batches_of_pairs(session: Session, study: Study) -> Mapping[int, int]:
    """Return the batch number of each pair, counted from 0; empty if the study has only one batch.

    The seed of the study decides the order of the pairs. A later extension of the study therefore keeps the
    batches.
    """
    size = study_allocation(study).pairs_per_batch
    if size is None:
        return {}
    pair_ids = allocated_pairs(session, study)
    order = sorted(pair_ids, key=lambda pair_id: shuffle_key(study.seed, pair_id))
    return {pair_id: rank // size for rank, pair_id in enumerate(order)}
