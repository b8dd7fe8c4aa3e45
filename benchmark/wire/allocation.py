"""Wire type for the allocation of a study: which comparisons annotators get, in which order, and how many."""

from typing import Annotated

from pydantic import AfterValidator, Field

from benchmark.protocol import Balance
from benchmark.wire.common import Line, RequestModel


def _different(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("name each scenario at most once")
    return names


class Allocation(RequestModel):
    """The allocation of a study.

    Attributes:
        comparisons_per_day: the maximum number of comparisons, including gold questions and repeats, that an
            annotator gets on one day (UTC). None means no limit.
        scenarios: the scenarios whose pairs the study compares; an empty list means all scenarios.
        pairs_per_batch: the number of pairs in a batch. The server assigns a batch only when each comparison
            of the earlier batches has all its votes or is leased. None means one batch.
        balance: the counts that the server balances first: the votes per comparison, or the complete votes
            per matchup.
    """

    comparisons_per_day: Annotated[int, Field(ge=1, le=100_000)] | None = None
    scenarios: Annotated[tuple[Line, ...], Field(max_length=1000), AfterValidator(_different)] = ()
    pairs_per_batch: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    balance: Balance = Balance.COMPARISONS
