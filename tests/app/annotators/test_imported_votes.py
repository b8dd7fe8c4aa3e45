"""Votes that were imported keep the status `imported`: nobody can exclude or reinstate them."""

import re
from collections.abc import Mapping

import pytest
from sqlalchemy import select

from app.clock import utc_now
from app.panels.vote_status import votes_with_status
from app.results.live.recount import recount
from app.tables.bench import Benchmark
from app.tables.people import Annotator
from app.tables.studies import Study
from app.vote_import.service import ImportedSource, store_study
from app.vote_import.validation import plan_import
from benchmark.cli.main import main
from benchmark.protocol import VoteStatus
from benchmark.votes.imported import ColumnMapping
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import PAGE, signed_in
from tests.benchmark.made_votes import table_of_rows
from tests.cast import PAIR_IDS, Cast
from tests.page_text import text_of

COLUMNS = {name: name for name in ("pair", "left", "right", "chosen", "annotator")}
WHOLE = {"reason": "always side A"}
ONE_VOTE = {
    "reason": "the clip had not loaded",
    "matchup": "one@elsewhere:two@elsewhere",
    "pair": PAIR_IDS[0],
}


@pytest.fixture
def imported(cast: Cast) -> Cast:
    """Alice has imported two votes of one annotator as the study `elsewhere`."""
    external = table_of_rows([(pair, "one", "two", "left", "p1") for pair in PAIR_IDS[:2]], list(COLUMNS))
    with cast.context.database.write() as session:
        benchmark = session.scalars(select(Benchmark)).one()
        plan = plan_import(
            session, table=external, mapping=ColumnMapping(COLUMNS), study="elsewhere", benchmark=benchmark
        )
        store_study(
            session,
            plan=plan,
            source=ImportedSource("Elsewhere", "external.csv"),
            principal=cast.alice.principal,
            now=utc_now(),
        )
    return cast


def name_of_the_annotator(cast: Cast) -> str:
    with cast.context.database.read() as session:
        return session.scalars(select(Annotator.pseudonym)).one()


def assert_still_imported(cast: Cast) -> None:
    with cast.context.database.read() as session:
        annotator_id = session.scalars(select(Annotator.id)).one()
        statuses = [each.status for each in votes_with_status(session, annotator_id=annotator_id)]
        assert statuses == [VoteStatus.IMPORTED] * 2
        assert recount(session, session.scalars(select(Study)).one()) == []
        assert session.scalars(select(Annotator.excluded_at)).one() is None


@pytest.mark.parametrize("body", [WHOLE, ONE_VOTE], ids=["all votes", "one vote"])
def test_rest_refuses_and_nothing_changes(imported: Cast, body: dict[str, str]) -> None:
    alice = client_of(imported.context, imported.alice)
    address = f"/api/v1/studies/elsewhere/annotators/{name_of_the_annotator(imported)}"

    refused(alice.post(f"{address}/exclude", json=body), 409, "votes_imported")

    assert alice.post(f"{address}/reinstate", json=body).json() == {"excluded": 0, "valid": 0, "surplus": 0}
    assert_still_imported(imported)


def test_the_form_refuses_and_nothing_changes(imported: Cast) -> None:
    alice = signed_in(imported.context, imported.alice)
    address = f"/studies/elsewhere/annotators/{name_of_the_annotator(imported)}"

    answer = alice.post(f"{address}/exclude", data=WHOLE, headers=PAGE)
    alice.post(f"{address}/reinstate", data=WHOLE, headers=PAGE)

    assert answer.status_code == 409
    assert "Imported votes cannot be excluded" in answer.text
    assert_still_imported(imported)


def test_the_pages_say_that_the_votes_were_imported_and_show_no_form(imported: Cast) -> None:
    alice = signed_in(imported.context, imported.alice)
    name = name_of_the_annotator(imported)

    page = alice.get(f"/studies/elsewhere/annotators/{name}").text
    overview = text_of(alice.get("/annotators").text)

    assert "The votes were imported." in text_of(page)
    assert 'name="reason"' not in page
    assert re.search(rf"{name} .*imported votes", overview)
    assert "takes part" not in overview


@pytest.mark.parametrize("body", [WHOLE, ONE_VOTE], ids=["all votes", "one vote"])
def test_the_command_line_refuses_and_nothing_changes(
    imported: Cast,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    body: Mapping[str, str],
) -> None:
    monkeypatch.setenv("TI2V_HOME", str(imported.context.settings.home))
    monkeypatch.delenv("TI2V_SERVER", raising=False)
    named = ["elsewhere", name_of_the_annotator(imported)]
    options = [word for name, value in body.items() for word in (f"--{name}", value)]

    excluded = main(["study", "exclude", *named, *options])
    refusal = capfd.readouterr().err
    reinstated = main(["study", "reinstate", *named, *options])

    assert (excluded, reinstated) == (1, 0)
    assert "Imported votes cannot be excluded" in refusal
    assert capfd.readouterr().out == "valid 0\nsurplus 0\n"
    assert_still_imported(imported)
