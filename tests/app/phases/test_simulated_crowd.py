"""Annotators vote at once; careless annotators are excluded, and every panel gets exactly its votes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext
from app.results.live.recount import recount
from app.tables.people import Annotator
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from benchmark.protocol import Side
from benchmark.wire.drafts import GoldRequest
from benchmark.wire.phases import Phases
from benchmark.wire.rules import Rules
from tests.acting import ask, vote
from tests.app.api.conftest import client_of
from tests.app.voting.test_gold import choose, is_gold, with_gold
from tests.cast import Study, set_the_stage

PANEL = 3
RULES = Rules.model_validate({"gold": {"minimum": 0.5, "after": 1, "action": "exclude"}})


def take_part(context: AppContext, study: Study, *, careful: bool, leaves_after: int = 100) -> None:
    """Vote until no comparison is left. A careless annotator answers every gold question incorrectly."""
    browser: TestClient = client_of(context)
    browser.get(f"/invite/{study.invite()[0]}")
    for _ in range(leaves_after):
        answer = ask(browser, study)
        if answer.status_code != 200:
            return
        token = answer.json()["token"]
        side = Side.REFERENCE if careful or not is_gold(study, token) else Side.OTHER
        vote(browser, token, choose(study, token, side))


def test_the_slots_of_excluded_annotators_go_to_others(either_installation: AppContext) -> None:
    context = either_installation
    cast = set_the_stage(context)
    study = with_gold(cast).open_study(
        others=["cinemo"],
        votes_per_comparison=PANEL,
        gold=GoldRequest(share=1 / 3),
        phases=Phases(),
        rules=RULES,
        lease_s=5,
    )
    crowd = [{"careful": False}] * 3 + [{"careful": True}] * 2 + [{"careful": True, "leaves_after": 2}] * 2

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda person: take_part(context, study, **person), crowd))  # type: ignore[arg-type]
    # Later annotators fill the slots of the excluded annotators.
    for _ in range(PANEL):
        take_part(context, study, careful=True)

    with context.database.read() as session:
        panels = Counter(
            row.votes_reference + row.votes_other
            for row in session.scalars(select(Comparison).where(Comparison.is_gold.is_(False)))
        )
        excluded = [row.excluded_reason for row in session.scalars(select(Annotator)) if row.excluded_at]
        assert recount(session, session.scalars(select(StudyRow)).one()) == []
    assert panels == {PANEL: 6}
    assert excluded
    assert all(reason is not None and reason.startswith("0 of ") for reason in excluded)
