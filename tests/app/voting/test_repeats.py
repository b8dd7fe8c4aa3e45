"""Hidden repeats: swapped sides, the same form of responses as other comparisons, no effect on scores."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext
from app.panels.repeats import MIN_BETWEEN, repeat_positions
from app.results.live.recount import recount
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment
from benchmark.protocol import AssignmentPurpose
from benchmark.wire.rules import Rules
from tests.acting import ask, refused, vote
from tests.app.api.conftest import client_of
from tests.cast import Cast, Study, enter

SHOWN = 8


@pytest.fixture
def study(cast: Cast) -> Study:
    return cast.open_study(comparisons_per_annotator=SHOWN, rules=Rules(repeats=2))


def judge_all(browser: TestClient, study: Study, choice: str = "left") -> list[dict[str, str]]:
    cards = []
    while (answer := ask(browser, study)).status_code == 200:
        cards.append(answer.json())
        assert vote(browser, cards[-1]["token"], choice).status_code == 201
    return cards


def assignments(context: AppContext) -> list[Assignment]:
    with context.database.read() as session:
        return list(session.scalars(select(Assignment).order_by(Assignment.position)))


def test_repeats_come_in_the_second_half_with_swapped_sides(
    study: Study, context: AppContext, client: TestClient
) -> None:
    cards = judge_all(enter(client, study), study)

    rows = assignments(context)
    repeats = [row for row in rows if row.purpose is AssignmentPurpose.REPEAT]
    assert len(rows) == len(cards) == SHOWN
    assert len(repeats) == 2
    for repeat in repeats:
        first = next(row for row in rows if row.comparison_id == repeat.comparison_id)
        assert repeat.position > max(SHOWN // 2, first.position + MIN_BETWEEN)
        assert repeat.left_side is first.left_side.opposite


def test_a_repeat_has_no_tell_on_the_wire(study: Study, client: TestClient) -> None:
    cards = judge_all(enter(client, study), study)

    assert {card["total"] for card in cards} == {SHOWN}
    assert [card["done"] for card in cards] == list(range(SHOWN))
    assert all(set(card) == set(cards[0]) for card in cards)


def test_a_repeat_takes_no_slot_and_counts_in_no_score(
    study: Study, context: AppContext, cast: Cast, client: TestClient
) -> None:
    judge_all(enter(client, study), study)

    rows = client_of(context, cast.alice).get(f"/api/v1/studies/{study.slug}/exports/votes.json").json()
    assert [row["status"] for row in rows].count("repeat") == 2
    assert [row["status"] for row in rows].count("valid") == SHOWN - 2
    with context.database.read() as session:
        assert recount(session, session.scalars(select(StudyRow)).one()) == []


def test_positions_differ_between_annotators_and_follow_from_the_seed(
    study: Study, context: AppContext
) -> None:
    with context.database.read() as session:
        row = session.scalars(select(StudyRow)).one()
        positions = [repeat_positions(row, annotator_id=number) for number in range(20)]
        again = [repeat_positions(row, annotator_id=number) for number in range(20)]

    assert positions == again
    assert len(set(positions)) > 1
    assert {len(each) for each in positions} == {2}


@pytest.mark.parametrize(
    "fields",
    [
        {"rules": {"repeats": 2}},
        {"rules": {"repeats": 2}, "comparisons_per_annotator": 7},
        {"rules": {"consistency": {"minimum": 0.5, "after": 1}}, "comparisons_per_annotator": 20},
        {"rules": {"gold": {"minimum": 0.5, "after": 1}}},
    ],
)
def test_rules_that_cannot_be_checked_are_refused(cast: Cast, fields: dict[str, object]) -> None:
    body = {
        "slug": "rules",
        "title": "t",
        "benchmark": "tiny",
        "matchups": [{"reference": cast.submission_ids["motif"], "other": cast.submission_ids["cinemo"]}],
    }

    refused(
        client_of(cast.context, cast.alice).post("/api/v1/studies", json=body | fields), 422, "invalid_field"
    )
