"""Votes tables for tests: MotiF against Cinemo, panels of five votes."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmark.protocol import Justification
from benchmark.stats.arrays import IntArray
from benchmark.stats.tallies import JUSTIFICATIONS, SIDES, Tallies, codes_of
from benchmark.stats.votes import UNKNOWN, Matchup, Votes
from benchmark.tables import Table
from benchmark.votes.validate import check_votes

MOTIF_CINEMO = Matchup("motif:cinemo", "motif", "cinemo", "demo")
MOTIF_STATIC = Matchup("motif:static", "motif", "static", "demo")
REASONS = tuple(reason.value for reason in Justification)


def vote(
    *,
    study: str = "demo",
    reference: str = "motif",
    other: str = "cinemo",
    matchup: str | None = None,
    pair: str = "golf1_putt",
    image: str = "golf1",
    scenario: str = "golf",
    annotator: str = "alice",
    chosen: str | None = None,
    left: str | None = None,
    status: str = "valid",
    ticked: Iterable[str] = (),
    decision_ms: int | None = 4000,
    style: str | None = None,
    hard_case: str | None = None,
) -> dict[str, object]:
    """Return one row of a votes table; by default Alice's valid vote for the reference on the left."""
    left = left or reference
    ticked = set(ticked)
    return {
        "study": study,
        "matchup": matchup or f"{reference}:{other}",
        "pair": pair,
        "image": image,
        "scenario": scenario,
        "annotator": annotator,
        "reference": reference,
        "other": other,
        "left": left,
        "right": other if left == reference else reference,
        "chosen": chosen or reference,
        "status": status,
        **{reason: int(reason in ticked) for reason in REASONS},
        "cast_at": "2026-03-14T09:26:53.000Z",
        "decision_ms": decision_ms,
        "replaces": None,
        "style": style,
        "hard_case": hard_case,
        "protocol_version": None,
    }


def panel(*, for_reference: int, for_other: int, **columns: object) -> list[dict[str, object]]:
    """Return the votes of one comparison by annotators a0, a1, ...; votes for the reference come first."""
    reference, other = columns.get("reference", "motif"), columns.get("other", "cinemo")
    chosen = [reference] * for_reference + [other] * for_other
    return [
        vote(**columns, chosen=side, annotator=f"a{index}")  # type: ignore[arg-type]
        for index, side in enumerate(chosen)
    ]


def table(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows)


def table_of(frame: pd.DataFrame) -> Table:
    """Return the data frame as a table, as the reader of tables returns it."""
    return Table.from_columns("votes", {str(column): frame[column].tolist() for column in frame})


def table_of_rows(rows: Sequence[Sequence[object]], columns: Sequence[str]) -> Table:
    """Return an external table, as the reader of tables returns it."""
    cells = zip(*rows, strict=True)
    return Table.from_columns("external.csv", dict(zip(columns, cells, strict=True)))


def votes_of(frame: pd.DataFrame, *, with_excluded: bool = False) -> Votes:
    """Return the counted votes of a data frame."""
    return check_votes(table_of(frame), with_excluded=with_excluded)


def tallies(
    votes: Sequence[tuple[int, int]],
    *,
    matchup: Sequence[int] | None = None,
    pairs: Sequence[str] | None = None,
    images: Sequence[str] | None = None,
    ticks: Sequence[Sequence[int]] | None = None,
) -> Tallies:
    """Return tallies from the (reference, other) votes of each comparison; a `ticks` row has 8 counters."""
    return tallies_from_columns(
        matchup=matchup or [0] * len(votes),
        pair=pairs or [f"pair{index}" for index in range(len(votes))],
        votes_reference=[reference for reference, _ in votes],
        votes_other=[other for _, other in votes],
        reasons=ticks or [[0] * 8] * len(votes),
        image=images,
    )


def tallies_from_columns(
    *,
    matchup: Sequence[int],
    pair: Sequence[str],
    votes_reference: Sequence[int],
    votes_other: Sequence[int],
    reasons: npt.ArrayLike,
    image: Sequence[str] | None = None,
    scenario: Sequence[str] | None = None,
) -> Tallies:
    """Return tallies from counters with one entry per comparison.

    The shape of `reasons` is (n, 4, 2) or (n, 8): two counters for each justification, first for the
    reference, then for the other side. The justifications have the protocol's order.
    """
    pair_codes, pairs = codes_of(pair)
    image_codes, images = _codes_or_unknown(image, len(pair))
    scenario_codes, scenarios = _codes_or_unknown(scenario, len(pair))
    return Tallies(
        matchup=np.asarray(matchup, dtype=np.int64),
        pair=pair_codes,
        image=image_codes,
        scenario=scenario_codes,
        votes_reference=np.asarray(votes_reference, dtype=np.int64),
        votes_other=np.asarray(votes_other, dtype=np.int64),
        reasons=np.asarray(reasons, dtype=np.int64).reshape(-1, len(JUSTIFICATIONS), len(SIDES)),
        pairs=pairs,
        images=images,
        scenarios=scenarios,
    )


def _codes_or_unknown(names: Sequence[str] | None, count: int) -> tuple[IntArray, tuple[str, ...]]:
    return codes_of(names) if names is not None else (np.full(count, UNKNOWN, dtype=np.int64), ())
