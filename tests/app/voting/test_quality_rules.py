"""Quality rules: unknown without enough answers; they flag, stop or exclude; an exclusion can be undone."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import AppContext
from app.panels.quality import QualityFigures, failed_rules
from app.tables.audit import AuditEvent
from app.tables.people import Annotator
from app.tables.phases import AnnotatorPhase
from benchmark.protocol import Outcome, RuleAction, Side
from benchmark.wire.drafts import GoldRequest
from benchmark.wire.phases import Phases
from benchmark.wire.rules import Rules
from tests.acting import ask, vote
from tests.app.api.conftest import client_of
from tests.app.voting.test_gold import choose, is_gold, with_gold
from tests.cast import Cast, Study, enter

ALL_RULES = Rules.model_validate(
    {
        "repeats": 2,
        "gold": {"minimum": 0.6, "after": 3, "action": "exclude"},
        "consistency": {"minimum": 0.5, "after": 2, "action": "stop"},
        "speed": {"minimum_s": 2, "after": 4},
        "side": {"maximum": 0.9, "after": 10},
    }
)


@pytest.mark.parametrize(
    ("figures", "failed"),
    [
        (QualityFigures(), []),
        (QualityFigures(gold=2, gold_right=0, repeats=1, votes=9, left=9, times_ms=[5] * 3), []),
        (QualityFigures(gold=5, gold_right=3, repeats=2, repeats_same=1), []),
        (QualityFigures(gold=3, gold_right=1, repeats=2, repeats_same=0), ["gold", "consistency"]),
        (QualityFigures(times_ms=[100, 100, 1900, 5000]), ["speed"]),
        (QualityFigures(times_ms=[2000] * 4), []),
        (QualityFigures(votes=10, left=10), ["side"]),
        (QualityFigures(votes=20, left=1), ["side"]),
        (QualityFigures(votes=10, left=9), []),
    ],
)
def test_a_rule_is_failed_below_its_limit_and_unknown_without_answers(
    figures: QualityFigures, failed: list[str]
) -> None:
    assert [each.name for each in failed_rules(ALL_RULES, figures)] == failed


@pytest.fixture
def open_gold_study(cast: Cast) -> Callable[[RuleAction], Study]:
    def _open(action: RuleAction) -> Study:
        rules = Rules.model_validate({"gold": {"minimum": 0.9, "after": 1, "action": action}})
        return with_gold(cast).open_study(
            others=["cinemo"], gold=GoldRequest(share=1 / 2), phases=Phases(), rules=rules
        )

    return _open


def fail_gold(browser: TestClient, study: Study) -> None:
    """Vote until a gold question came, and answer it wrongly."""
    while (answer := ask(browser, study)).status_code == 200:
        token = answer.json()["token"]
        gold = is_gold(study, token)
        vote(browser, token, choose(study, token, Side.OTHER if gold else Side.REFERENCE))
        if gold:
            return


def exported(study: Study, cast: Cast) -> list[str]:
    rows = client_of(study.context, cast.alice).get(f"/api/v1/studies/{study.slug}/exports/votes.json")
    return [row["status"] for row in rows.json() if row["status"] != "gold"]


def test_stop_ends_the_study_with_its_own_outcome_and_keeps_the_votes(
    open_gold_study: Callable[[RuleAction], Study], client: TestClient, cast: Cast, context: AppContext
) -> None:
    study = open_gold_study(RuleAction.STOP)
    browser = enter(client, study)
    fail_gold(browser, study)

    assert ask(browser, study).status_code == 204
    page = browser.get(f"/studies/{study.slug}/vote")

    assert "The study ends here for you" in page.text
    assert "excluded" not in exported(study, cast)
    with context.database.read() as session:
        assert session.scalars(select(AnnotatorPhase.outcome)).one() is Outcome.QUALITY_FAILED


def test_exclude_returns_the_slots_with_a_reason_and_can_be_undone(
    open_gold_study: Callable[[RuleAction], Study], client: TestClient, cast: Cast, context: AppContext
) -> None:
    study = open_gold_study(RuleAction.EXCLUDE)
    browser = enter(client, study)
    vote(browser, ask(browser, study).json()["token"])
    fail_gold(browser, study)
    ask(browser, study)

    assert set(exported(study, cast)) == {"excluded"}
    with context.database.read() as session:
        annotator = session.scalars(select(Annotator)).one()
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "annotator.exclude")).one()
    assert annotator.excluded_reason is not None
    assert annotator.excluded_reason.endswith("answers to gold questions are right")
    assert (event.actor, event.details["annotator"]) == ("rules", annotator.pseudonym)

    owner = client_of(context, cast.alice)
    path = f"/api/v1/studies/{study.slug}/annotators/{annotator.pseudonym}"
    assert owner.post(f"{path}/reinstate", json={"reason": "read again"}).status_code == 200
    assert set(exported(study, cast)) == {"valid"}


def test_flag_lets_the_annotator_go_on(
    open_gold_study: Callable[[RuleAction], Study], client: TestClient
) -> None:
    study = open_gold_study(RuleAction.FLAG)
    browser = enter(client, study)
    fail_gold(browser, study)

    assert ask(browser, study).status_code == 200
