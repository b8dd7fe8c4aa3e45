"""An imported study without reasons: the pages say so, and show no figure or test of reasons."""

import pytest
from sqlalchemy import select

from app.clock import utc_now
from app.tables.bench import Benchmark
from app.vote_import.service import ImportedSource, store_study
from app.vote_import.validation import plan_import
from benchmark.votes.imported import ColumnMapping
from tests.app.results.page_voters import signed_in
from tests.benchmark.made_votes import table_of_rows
from tests.cast import PAIR_IDS, Cast
from tests.page_text import text_of

COLUMNS = ("pair", "left", "right", "chosen", "annotator")
EXPORTS = "/api/v1/studies/elsewhere/exports"


def imported(cast: Cast, *reasons: str) -> None:
    """Import a study in which two people preferred `one` to `two` on every pair, with the given reasons."""
    columns = (*COLUMNS, *reasons)
    external = table_of_rows(
        [
            (pair, "one", "two", "left", person, *("1" for _ in reasons))
            for pair in PAIR_IDS
            for person in ("p1", "p2")
        ],
        list(columns),
    )
    mapping = ColumnMapping({name: name for name in columns})
    with cast.context.database.write() as session:
        benchmark = session.scalars(select(Benchmark)).one()
        plan = plan_import(session, table=external, mapping=mapping, study="elsewhere", benchmark=benchmark)
        source = ImportedSource("Elsewhere", "external.csv")
        store_study(session, plan=plan, source=source, principal=cast.alice.principal, now=utc_now())


def words_of(cast: Cast, page: str) -> str:
    return text_of(signed_in(cast.context, cast.alice).get(f"/studies/elsewhere/{page}").text)


@pytest.mark.parametrize("page", ["results", "results/1", "scenarios/kite"])
def test_a_page_says_that_no_reasons_were_given(cast: Cast, page: str) -> None:
    imported(cast)

    words = words_of(cast, page)

    assert "No reasons were given." in words
    assert "Agreement by reason" not in words
    assert "p = 1" not in words


def test_its_table_has_dashes_and_its_skips_are_not_known(cast: Cast) -> None:
    imported(cast)

    words = words_of(cast, "results")

    assert "100.0 /0.0 [61.0, 100.0] 0.031 – – – – 6 0 2" in words
    assert "Skips – not known" in words
    assert "0.0 0.0" not in words


def test_files_for_programs_keep_their_counts_and_test_nothing(cast: Cast) -> None:
    imported(cast)
    client = signed_in(cast.context, cast.alice)

    (row,) = client.get(f"{EXPORTS}/preferences.json").json()
    reasons = client.get(f"{EXPORTS}/justifications.json").json()

    assert (row["object_motion_reference"], row["object_motion_total"]) == (0.0, 12)
    assert [(each["rate_reference"], each["p_value"], each["p_holm"]) for each in reasons] == [
        (0.0, None, None)
    ] * 4


def test_an_imported_study_with_reasons_shows_them_and_explains_zeros(cast: Cast) -> None:
    imported(cast, "object_motion")

    words = words_of(cast, "results")

    assert "No reasons were given." not in words
    assert "Agreement by reason" in words
    assert "If a reason has no votes, annotators may not have been able to choose it." in words
