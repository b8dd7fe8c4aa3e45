"""The allocation of comparisons: daily limit, chosen scenarios, batches, and balance over matchups."""

from collections import Counter
from datetime import timedelta

from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.clock import utc_now
from app.context import AppContext
from app.results.live.recount import recount
from app.tables.bench import Pair
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment
from benchmark.wire.allocation import Allocation
from benchmark.wire.phases import Phases
from tests.acting import ask, assign, refused, vote
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.cast import Cast, Study, enter
from tests.page_text import text_of


def open_with(cast: Cast, allocation: dict[str, object], **changes: object) -> Study:
    return cast.open_study(allocation=Allocation.model_validate(allocation), **changes)


def test_an_annotator_who_reached_the_limit_of_the_day_continues_tomorrow(
    client: TestClient, cast: Cast, context: AppContext
) -> None:
    study = open_with(cast, {"comparisons_per_day": 2}, phases=Phases())
    browser = enter(client, study)
    first = assign(browser, study)
    second = assign(browser, study, after=first["token"])
    refused(ask(browser, study, after=second["token"]), 409, "day_limit")
    vote(browser, first["token"])
    browser.post(f"/api/v1/assignments/{second['token']}/skip", json={"reason": "upsetting"})

    refused(ask(browser, study), 409, "day_limit")
    page = browser.get(f"/studies/{study.slug}/vote")

    assert page.status_code == 200
    assert "That is all for today." in text_of(page.text)
    assert "you can continue in about" in text_of(page.text)
    # After an undo, the same comparison is open again: it counts once.
    undone = browser.post(f"/api/v1/assignments/{first['token']}/undo")
    assert vote(browser, undone.json()["token"]).status_code == 201
    with context.database.write() as session:
        session.execute(update(Assignment).values(ended_at=utc_now() - timedelta(days=1)))
    assert ask(browser, study).status_code == 200


def test_only_pairs_of_the_chosen_scenarios_are_compared(cast: Cast, context: AppContext) -> None:
    study = open_with(cast, {"scenarios": ["boat"]}, others=["cinemo"])
    with context.database.read() as session:
        query = select(Pair.scenario).join(Comparison, Comparison.pair_id == Pair.id)
        assert Counter(session.scalars(query)) == {"boat": 2}
    owner = signed_in(context, cast.alice)
    body = {
        "slug": "other",
        "title": "Other",
        "benchmark": "tiny",
        "matchups": [{"reference": "motif", "other": "cinemo"}],
        "allocation": {"scenarios": ["boat", "train"]},
    }

    refused(owner.post("/api/v1/studies", json=body), 422, "unknown_scenario")
    assert owner.get(f"/api/v1/studies/{study.slug}").json()["allocation"]["scenarios"] == ["boat"]


def test_a_batch_is_complete_before_the_next_one_starts(cast: Cast, context: AppContext) -> None:
    study = open_with(cast, {"pairs_per_batch": 2}, others=["cinemo"], votes_per_comparison=3)
    with context.database.read() as session:
        batches = dict(session.execute(select(Comparison.id, Comparison.batch)).all())
    assert Counter(batches.values()) == {0: 2, 1: 2, 2: 2}
    people = [enter(client_of(context), study) for _ in range(3)]

    for _ in range(6):
        for browser in people:
            vote(browser, assign(browser, study)["token"])

    with context.database.read() as session:
        order = session.scalars(select(Assignment.comparison_id).order_by(Assignment.id)).all()
        assert recount(session, session.scalars(select(StudyRow)).one()) == []
    assert [batches[each] for each in order] == [0] * 6 + [1] * 6 + [2] * 6


def test_the_balance_over_matchups_counts_complete_votes_and_not_abandoned_leases(
    cast: Cast, context: AppContext
) -> None:
    study = open_with(cast, {"balance": "matchups"}, votes_per_comparison=1)
    for _ in range(3):
        assign(enter(client_of(context), study), study)  # holds a lease and never votes
    votes = Counter[int]()
    for _ in range(4):
        browser = enter(client_of(context), study)
        for _ in range(2):
            vote(browser, assign(browser, study)["token"])
            with context.database.read() as session:
                rows = session.scalars(select(Comparison)).all()
                votes = Counter({row.matchup_id: 0 for row in rows})
                for row in rows:
                    votes[row.matchup_id] += row.votes_reference + row.votes_other
            assert max(votes.values()) - min(votes.values()) <= 1

    assert sorted(votes.values()) == [4, 4]
