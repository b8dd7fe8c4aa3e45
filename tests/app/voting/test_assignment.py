"""The choice of the next comparison: panels fill exactly, and no annotator sees a comparison twice."""

from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.context import AppContext
from app.main import create_app
from app.tables.voting import Assignment
from benchmark.protocol import Side
from tests.acting import ask, assign, vote
from tests.cast import PAIR_IDS, Cast, Study, enter


def vote_on_everything(client: TestClient, study: Study) -> list[dict[str, str]]:
    cards = []
    while (answer := ask(client, study)).status_code == 200:
        cards.append(answer.json())
        assert vote(client, cards[-1]["token"]).status_code == 201
    assert answer.status_code == 204
    return cards


def pairs_in_order(context: AppContext) -> list[int]:
    with context.database.read() as session:
        return list(session.scalars(select(Assignment.pair_id).order_by(Assignment.id)))


def test_an_annotator_meets_every_comparison_once_and_new_pairs_first(
    client: TestClient, study: Study, context: AppContext
) -> None:
    cards = vote_on_everything(enter(client, study), study)

    pairs = pairs_in_order(context)
    assert len(cards) == 2 * len(PAIR_IDS)
    assert sorted(pairs[: len(PAIR_IDS)]) == sorted(set(pairs))
    assert [card["done"] for card in cards] == list(range(len(cards)))
    assert {card["total"] for card in cards} == {len(cards)}


def test_asking_again_shows_the_open_assignment(client: TestClient, study: Study) -> None:
    enter(client, study)

    assert assign(client, study)["token"] == assign(client, study)["token"]


def test_after_leases_one_ahead_and_keeps_to_it(client: TestClient, study: Study) -> None:
    first = assign(enter(client, study), study)["token"]

    ahead = assign(client, study, after=first)["token"]

    assert ahead != first
    assert assign(client, study, after=first)["token"] == ahead
    vote(client, first)
    assert assign(client, study)["token"] == ahead


def test_sides_are_balanced_within_each_comparison(
    client: TestClient, study: Study, context: AppContext
) -> None:
    for _ in range(5):
        client.cookies.clear()
        vote_on_everything(enter(client, study), study)

    with context.database.read() as session:
        counts = [
            row[1]
            for row in session.execute(
                select(Assignment.comparison_id, func.count())
                .where(Assignment.left_side == Side.REFERENCE)
                .group_by(Assignment.comparison_id)
            )
        ]
    assert len(counts) == 12
    assert set(counts) <= {2, 3}


def test_the_same_seed_hands_out_in_the_same_order_and_another_seed_in_another(
    client: TestClient, cast: Cast
) -> None:
    orders = []
    for slug, seed in (("first", 1), ("second", 1), ("third", 2)):
        study = cast.open_study(slug, seed=seed, others=["cinemo"])
        client.cookies.clear()
        cards = vote_on_everything(enter(client, study), study)
        with cast.context.database.read() as session:
            tokens = [card["token"] for card in cards]
            found = dict(
                session.execute(
                    select(Assignment.token, Assignment.pair_id).where(Assignment.token.in_(tokens))
                ).all()
            )
        orders.append([found[token] for token in tokens])

    assert orders[0] != orders[2]
    assert sorted(orders[0]) == sorted(orders[1])


def test_no_annotator_gets_more_comparisons_than_the_limit_per_person(client: TestClient, cast: Cast) -> None:
    short = cast.open_study("short", comparisons_per_annotator=4)

    cards = vote_on_everything(enter(client, short), short)

    assert len(cards) == 4
    assert cards[0]["total"] == 4


def test_the_same_browser_asking_many_times_at_once_holds_one_assignment(
    context: AppContext, study: Study
) -> None:
    with TestClient(create_app(context)) as client:
        enter(client, study)
        with ThreadPoolExecutor(6) as pool:
            tokens = set(pool.map(lambda _: assign(client, study)["token"], range(20)))

    assert len(tokens) == 1
