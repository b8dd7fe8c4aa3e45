"""Gold questions: random positions, the same form of responses as other comparisons, no effect on results."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.annotators.queries import annotator_reports
from app.context import AppContext
from app.panels.gold import gold_among, is_gold_position
from app.results.live.recount import recount
from app.results.live.vote_rows import vote_rows
from app.tables.bench import Pair
from app.tables.studies import Comparison, Matchup
from app.tables.studies import Study as StudyRow
from app.tables.submissions import Clip, Submission
from app.tables.voting import Assignment
from benchmark.data import bundled_folder
from benchmark.importers.official import read_official
from benchmark.protocol import Side, VoteStatus
from benchmark.scenes import gold_questions
from benchmark.scenes.gold import GoldUse
from benchmark.wire.drafts import GoldRequest
from tests.acting import ask, assign, refused, vote
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import annotator
from tests.cast import BENCHMARK, PAIR_IDS, Cast, Study, make_submission, set_the_stage

GOLD_PAIRS = PAIR_IDS[:3]


def with_gold(cast: Cast) -> Cast:
    """Mark three pairs of the benchmark as gold questions, and upload their clips."""
    with cast.context.database.write() as session:
        tags = {"gold": "gold", "gold_against": "static"}
        session.execute(update(Pair).where(Pair.name.in_(GOLD_PAIRS)).values(tags=tags))
    for shade, model in enumerate(("reference", "static"), start=5):
        cast.submission_ids[model] = make_submission(cast.context, cast.alice, model=model, shade=shade)
    return cast


def study_with_gold(cast: Cast, **changes: object) -> Study:
    return with_gold(cast).open_study(others=["cinemo"], **({"gold": GoldRequest(share=1 / 3)} | changes))


@pytest.fixture
def study(cast: Cast) -> Study:
    return study_with_gold(cast)


def is_gold(study: Study, token: str) -> bool:
    with study.context.database.read() as session:
        return session.scalars(
            select(Comparison.is_gold)
            .join(Assignment, Assignment.comparison_id == Comparison.id)
            .where(Assignment.token == token)
        ).one()


def choose(study: Study, token: str, side: Side) -> str:
    with study.context.database.read() as session:
        left = session.scalars(select(Assignment.left_side).where(Assignment.token == token)).one()
    return "left" if left is side else "right"


def judge_all(
    browser: TestClient, study: Study, side: Callable[[bool], Side] = lambda _gold: Side.REFERENCE
) -> list[dict[str, str]]:
    """Vote on all comparisons; return the assignments in their order."""
    cards = []
    while (answer := ask(browser, study)).status_code == 200:
        card = answer.json()
        cards.append(card)
        gold = is_gold(study, card["token"])
        assert vote(browser, card["token"], choose(study, card["token"], side(gold))).status_code == 201
    return cards


def test_gold_questions_are_mixed_in_at_positions_of_their_own_for_everybody(study: Study) -> None:
    orders = []
    for _ in range(4):
        cards = judge_all(annotator(study), study)
        orders.append([is_gold(study, card["token"]) for card in cards])

    # Six comparisons of the study's own; one in three is gold.
    assert {sum(order) for order in orders} <= {2, 3}
    assert all(len(order) - sum(order) == 6 for order in orders)
    assert len({tuple(order) for order in orders}) > 1


def test_a_gold_question_has_no_tell_on_the_wire(study: Study) -> None:
    browser = annotator(study)
    cards = judge_all(browser, study)
    gold = [card for card in cards if is_gold(study, card["token"])]
    others = [card for card in cards if not is_gold(study, card["token"])]

    alike = ("fps", "frames", "width", "height", "total")
    assert {tuple(card[name] for name in alike) for card in gold} == {
        tuple(card[name] for name in alike) for card in others
    }
    assert [card["done"] for card in cards] == list(range(len(cards)))
    assert all(set(card) == set(cards[0]) for card in cards)


def test_the_total_is_right_from_the_first_assignment_to_the_last(study: Study) -> None:
    cards = judge_all(annotator(study), study)

    assert {card["total"] for card in cards} == {len(cards)}


def test_clips_of_a_gold_question_are_served_like_all_others(study: Study) -> None:
    browser = annotator(study)
    shapes = set()
    while (answer := ask(browser, study)).status_code == 200:
        card = answer.json()
        clips = [browser.get(card[side]) for side in ("left_url", "right_url")]
        assert len(clips[0].content) == len(clips[1].content)
        shapes.add((is_gold(study, card["token"]), tuple(sorted(clips[0].headers))))
        vote(browser, card["token"])

    assert {gold for gold, _ in shapes} == {True, False}
    assert len({headers for _, headers in shapes}) == 1


def test_gold_votes_enter_no_result_and_no_panel(either_installation: AppContext) -> None:
    cast = set_the_stage(either_installation)
    study = study_with_gold(cast, votes_per_comparison=1)
    cards = judge_all(annotator(study), study, side=lambda gold: Side.OTHER if gold else Side.REFERENCE)

    gold = sum(is_gold(study, card["token"]) for card in cards)
    with either_installation.database.read() as session:
        row = session.scalars(select(StudyRow)).one()
        statuses = [each.status for each in vote_rows(session, row)]
        assert recount(session, row) == []
        assert row.unfilled_comparisons == 0
    results = client_of(either_installation, cast.alice).get(f"/api/v1/studies/{study.slug}/results").json()
    assert gold >= 2
    assert statuses.count(VoteStatus.GOLD) == gold
    assert statuses.count(VoteStatus.VALID) == 6
    assert [line["votes"] for line in results["preferences"]] == [6]
    assert results["preferences"][0]["ti2v_score_reference"] == 100.0


def test_right_answers_are_counted_for_each_annotator(cast: Cast) -> None:
    study = study_with_gold(cast)
    judge_all(annotator(study), study)
    judge_all(annotator(study), study, side=lambda _gold: Side.OTHER)

    with study.context.database.read() as session:
        good, bad = annotator_reports(session, session.scalars(select(StudyRow)).one())
    assert (good.quality.gold, bad.quality.gold) == (100.0, 0.0)
    assert good.quality.gold_n >= 2
    assert (good.valid, good.other) == (6, 0)


def first_gold(browser: TestClient, study: Study) -> str:
    """Vote until the first gold question; return the token of its assignment."""
    while not is_gold(study, token := assign(browser, study)["token"]):
        vote(browser, token)
    return token


def test_a_gold_vote_can_be_undone_and_cast_again_like_any_other(study: Study) -> None:
    browser = annotator(study)
    token = first_gold(browser, study)
    vote(browser, token, "left")

    again = browser.post(f"/api/v1/assignments/{token}/undo")

    assert again.status_code == 200
    assert vote(browser, again.json()["token"], "right").status_code == 201
    with study.context.database.read() as session:
        row = session.scalars(select(StudyRow)).one()
        statuses = [each.status for each in vote_rows(session, row)]
        assert recount(session, row) == []
    assert statuses[-2:] == [VoteStatus.SUPERSEDED, VoteStatus.GOLD]


def test_a_skipped_gold_question_does_not_come_back(study: Study) -> None:
    browser = annotator(study)
    token = first_gold(browser, study)

    assert browser.post(f"/api/v1/assignments/{token}/skip", json={"reason": "upsetting"}).status_code == 204

    tokens = [card["token"] for card in judge_all(browser, study)]
    assert token not in tokens
    with study.context.database.read() as session:
        assert recount(session, session.scalars(select(StudyRow)).one()) == []


def test_gold_questions_never_exceed_the_requested_number_or_an_annotators_share(cast: Cast) -> None:
    study = study_with_gold(cast, gold=GoldRequest(count=1), comparisons_per_annotator=4)

    cards = judge_all(annotator(study), study)

    assert len(cards) == 4
    assert sum(is_gold(study, card["token"]) for card in cards) == 1
    assert {card["total"] for card in cards} == {4}


def test_a_study_without_gold_has_no_gold_questions(cast: Cast) -> None:
    study = with_gold(cast).open_study(others=["cinemo"])

    cards = judge_all(annotator(study), study)

    assert len(cards) == 6
    assert not any(is_gold(study, card["token"]) for card in cards)


@pytest.mark.parametrize("block", [2, 3, 7])
@pytest.mark.parametrize("most", [1, 2, 50])
def test_the_number_of_gold_questions_to_come_is_what_walking_the_positions_gives(
    block: int, most: int
) -> None:
    study = StudyRow(seed=11, gold_block=block, gold_most=most)

    for others in range(40):
        for person in (1, 2):
            shown, gold, position = 0, 0, 1
            while shown < others:
                is_gold_here = is_gold_position(study, annotator_id=person, position=position)
                gold += is_gold_here
                shown += not is_gold_here
                position += 1
            assert gold_among(study, annotator_id=person, others=others) == gold


def body(cast: Cast, **changes: object) -> dict[str, object]:
    matchup = {"reference": cast.submission_ids["motif"], "other": cast.submission_ids["cinemo"]}
    fixed = {"slug": "mine", "title": "Mine", "benchmark": BENCHMARK, "matchups": [matchup]}
    return fixed | {"gold": {"share": 0.1}} | changes


@pytest.mark.parametrize(
    "gold", [{}, {"count": 0}, {"share": 0}, {"share": 0.6}, {"count": 1, "share": 0.1}, {"share": "x"}, 3]
)
def test_gold_that_makes_no_sense_is_refused(cast: Cast, gold: object) -> None:
    alice = client_of(with_gold(cast).context, cast.alice)

    refused(alice.post("/api/v1/studies", json=body(cast, gold=gold)), 422, "invalid_field")


def test_a_benchmark_without_gold_answers_is_refused(cast: Cast) -> None:
    alice = client_of(cast.context, cast.alice)

    refused(alice.post("/api/v1/studies", json=body(cast)), 422, "no_gold")


def test_gold_without_clips_to_ask_with_says_what_to_upload(cast: Cast) -> None:
    with cast.context.database.write() as session:
        tags = {"gold": "gold", "gold_against": "static"}
        session.execute(update(Pair).where(Pair.name == PAIR_IDS[0]).values(tags=tags))
    alice = client_of(cast.context, cast.alice)

    answer = alice.post("/api/v1/studies", json=body(cast))

    refused(answer, 422, "no_gold_clips")
    assert "reference" in answer.json()["message"]
    assert "static" in answer.json()["message"]


def test_a_study_of_gold_clips_has_no_gold_questions(cast: Cast) -> None:
    with_gold(cast)
    alice = client_of(cast.context, cast.alice)
    matchup = {"reference": cast.submission_ids["static"], "other": cast.submission_ids["reference"]}

    refused(alice.post("/api/v1/studies", json=body(cast, matchups=[matchup])), 422, "gold_is_compared")


def test_gold_clips_of_a_different_format_are_refused(cast: Cast) -> None:
    with_gold(cast)
    with cast.context.database.write() as session:
        static = select(Submission.id).where(Submission.public_id == cast.submission_ids["static"])
        session.execute(update(Clip).where(Clip.submission_id.in_(static)).values(frames=24))
    alice = client_of(cast.context, cast.alice)

    refused(alice.post("/api/v1/studies", json=body(cast)), 422, "gold_stands_out")


def test_rest_creates_and_describes_a_study_with_gold(cast: Cast) -> None:
    alice = client_of(with_gold(cast).context, cast.alice)

    answer = alice.post("/api/v1/studies", json=body(cast, gold={"count": 5})).json()

    assert (answer["gold_block"], answer["gold_most"]) == (10, 5)
    assert len(answer["matchups"]) == 1
    with cast.context.database.read() as session:
        assert len(session.scalars(select(Matchup).where(Matchup.is_gold)).all()) == 1


def test_the_bundled_benchmark_names_its_gold_questions_where_studies_look_for_them() -> None:
    named = {
        (pair.id, pair.tags["gold_against"])
        for pair in read_official(bundled_folder(), source="bundled").pairs
        if pair.tags.get("gold") == "gold"
    }

    assert named == {
        (question.pair_id, question.other) for question in gold_questions() if question.use is GoldUse.GOLD
    }
    assert len(named) == 44


def test_the_open_list_of_pairs_does_not_tell_which_are_gold(cast: Cast) -> None:
    with cast.context.database.write() as session:
        tags = {"style": "flat", "gold": "gold", "gold_against": "static"}
        session.execute(update(Pair).where(Pair.name == PAIR_IDS[0]).values(tags=tags))

    pairs = client_of(cast.context).get(f"/api/v1/benchmarks/{BENCHMARK}/pairs").json()["pairs"]

    assert pairs[0]["tags"] == {"style": "flat"}
    assert "gold" not in str(pairs)
