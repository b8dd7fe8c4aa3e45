"""Imported votes are stored on both databases, and counted like the votes of a table."""

from sqlalchemy import select

from app.clock import utc_now
from app.context import AppContext
from app.results.live.cache import live_counts
from app.results.live.recount import recount
from app.results.live.vote_rows import counted_votes
from app.tables.bench import Benchmark
from app.tables.studies import Study
from app.vote_import.service import ImportedSource, is_imported_already, store_study
from app.vote_import.validation import plan_import
from benchmark.protocol import VoteStatus
from benchmark.stats.preferences import preferences
from benchmark.stats.tallies import Tallies
from benchmark.votes.imported import ColumnMapping
from tests.benchmark.made_votes import table_of_rows
from tests.cast import PAIR_IDS, set_the_stage

COLUMNS = {name: name for name in ("pair", "left", "right", "chosen", "annotator", "text_alignment")}


def test_stored_votes_are_counted_like_the_votes_of_the_table(either_installation: AppContext) -> None:
    cast = set_the_stage(either_installation)
    external = table_of_rows(
        [
            (pair, "one", "two", "left" if person + index < 5 else "right", f"p{person}", str(person % 2))
            for index, pair in enumerate(PAIR_IDS)
            for person in range(4)
        ],
        list(COLUMNS),
    )
    with either_installation.database.write() as session:
        benchmark = session.scalars(select(Benchmark)).one()
        plan = plan_import(
            session, table=external, mapping=ColumnMapping(COLUMNS), study="elsewhere", benchmark=benchmark
        )
        assert not is_imported_already(session, plan)
        store_study(
            session,
            plan=plan,
            source=ImportedSource("Elsewhere", "external.csv"),
            principal=cast.alice.principal,
            now=utc_now(),
        )
        assert is_imported_already(session, plan)

    with either_installation.database.read() as session:
        study = session.scalars(select(Study)).one()
        live, from_table = live_counts(session, study), counted_votes(session, study)
        assert recount(session, study) == []
    assert from_table is not None
    assert (len(from_table), from_table.counted) == (24, VoteStatus.IMPORTED)
    rows = preferences(live.counted.tallies, live.counted.matchups)
    assert rows == preferences(Tallies.from_votes(from_table), from_table.matchups)
    # Each pair has one vote less for the side that stood left: 4, 4, 3, 2, 1 and 0 of 4; the tie is nobody's.
    (row,) = rows
    assert (row.ti2v_score_reference_n, row.ti2v_score_other_n, row.pairs_undecided) == (3, 2, 1)
    assert (study.votes_per_comparison, live.kind, live.left_out) == (5, "imported", {})
