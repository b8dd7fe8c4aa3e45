"""Quality rules: they need enough answers, and flag, stop or exclude; an exclusion can be undone."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError
from sqlalchemy import select

from app.context import AppContext
from app.panels.quality_figures import QualityFigures
from app.panels.rule_checks import failed_rules, rule_results
from app.tables.audit import AuditEvent
from app.tables.people import Annotator
from app.tables.phases import AnnotatorPhase
from benchmark.protocol import Outcome, RuleAction, RuleStatus, Side
from benchmark.wire.drafts import GoldRequest
from benchmark.wire.phases import Phases
from benchmark.wire.rules import Rules
from tests.acting import ask, assign, vote
from tests.app.api.conftest import client_of
from tests.app.results.page_voters import signed_in
from tests.app.voting.test_gold import choose, is_gold, with_gold
from tests.app.voting.test_playback import EVENTS, report
from tests.cast import Cast, Study, enter
from tests.page_text import text_of

ALL_RULES = Rules.model_validate(
    {
        "repeats": 2,
        "gold": {"minimum": 0.6, "after": 3, "action": "exclude"},
        "consistency": {"minimum": 0.5, "after": 2, "action": "stop"},
        "speed": {"minimum_s": 2, "after": 4},
        "side": {"maximum": 0.9, "after": 10},
        "watching": {"minimum": 0.8, "after": 5},
        "straight_sides": {"maximum": 0.9, "after": 5},
        "straight_reasons": {"maximum": 0.9, "after": 5},
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
        (QualityFigures(playback=4, watched=0), []),
        (QualityFigures(playback=5, watched=4), []),
        (QualityFigures(playback=5, watched=3), ["watching"]),
        (QualityFigures(votes=5, left=2, sides_again=4, reasons_again=4), []),
        (QualityFigures(votes=6, left=3, sides_again=5, reasons_again=4), ["straight_sides"]),
        (QualityFigures(votes=6, left=3, sides_again=4, reasons_again=5), ["straight_reasons"]),
    ],
)
def test_a_rule_is_failed_below_its_limit_and_unknown_without_answers(
    figures: QualityFigures, failed: list[str]
) -> None:
    assert [each.name for each in failed_rules(ALL_RULES, figures)] == failed


DEFAULTS = Rules.model_validate(
    {"repeats": 3, **{name: {} for name in Rules.model_fields if name != "repeats"}}
)


@pytest.mark.parametrize(
    ("figures", "failed"),
    [
        (QualityFigures(), []),
        (QualityFigures(gold=3, gold_right=1), []),
        (QualityFigures(gold=3, gold_right=0), ["gold"]),
        (QualityFigures(gold=8, gold_right=3), ["gold"]),
        (QualityFigures(gold=8, gold_right=4), []),
        (QualityFigures(repeats=3, repeats_same=0), []),
        (QualityFigures(repeats=10, repeats_same=0), ["consistency"]),
        (QualityFigures(times_ms=[100] * 4 + [9000] * 6), []),
        (QualityFigures(times_ms=[100] * 5 + [9000] * 5), ["speed"]),
        (QualityFigures(playback=10, watched=5), ["watching"]),
        (QualityFigures(votes=13, left=13), []),
        (QualityFigures(votes=15, left=0), ["side"]),
        (QualityFigures(votes=30, left=15, sides_again=26), ["straight_sides"]),
        (QualityFigures(votes=30, left=15, reasons_again=29), []),
        (QualityFigures(votes=50, left=25, reasons_again=49), ["straight_reasons"]),
    ],
)
def test_without_a_limit_an_exact_test_decides(figures: QualityFigures, failed: list[str]) -> None:
    assert [each.name for each in failed_rules(DEFAULTS, figures)] == failed


def test_a_rule_is_unknown_until_bad_answers_could_not_be_chance() -> None:
    results = {
        each.name: each.status for each in rule_results(DEFAULTS, QualityFigures(gold=8, gold_right=8))
    }

    assert results.pop("gold") is RuleStatus.PASSED
    assert set(results.values()) == {RuleStatus.UNKNOWN}
    assert len(results) == 6


def test_a_limit_needs_the_number_of_answers_after_which_it_holds() -> None:
    for rule in ({"gold": {"minimum": 0.5}}, {"gold": {"after": 3}}, {"side": {"maximum": 0.9}}):
        with pytest.raises(ValidationError, match=r"set both m\w+ and after"):
            Rules.model_validate(rule)


@pytest.fixture
def open_gold_study(cast: Cast) -> Callable[[RuleAction], Study]:
    def _open(action: RuleAction) -> Study:
        rules = Rules.model_validate({"gold": {"minimum": 0.9, "after": 1, "action": action}})
        return with_gold(cast).open_study(
            others=["cinemo"], gold=GoldRequest(share=1 / 2), phases=Phases(), rules=rules
        )

    return _open


def fail_gold(browser: TestClient, study: Study) -> None:
    """Vote until the first gold question, and answer the gold question incorrectly."""
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


def test_who_did_not_watch_is_excluded_and_a_reinstated_vote_whose_slot_is_taken_is_surplus(
    client: TestClient, cast: Cast, context: AppContext
) -> None:
    rules = Rules.model_validate({"watching": {"minimum": 1, "after": 1, "action": "exclude"}})
    study = cast.open_study(others=["cinemo"], votes_per_comparison=1, rules=rules)
    browser = enter(client, study)
    card = assign(browser, study)
    assert vote(browser, card["token"]).status_code == 201
    other = assign(browser, study)  # without events the rule is unknown
    browser.post(f"/api/v1/assignments/{other['token']}/skip", json={"reason": "upsetting"})
    report(browser, card, EVENTS)  # only the left clip was watched to the end

    assert ask(browser, study).status_code == 204
    assert set(exported(study, cast)) == {"excluded"}
    fill(client_of(context), study)
    owner = signed_in(context, cast.alice)
    page = text_of(owner.get(f"/studies/{study.slug}/annotators/annotator-001").text)
    answer = owner.post(
        f"/api/v1/studies/{study.slug}/annotators/annotator-001/reinstate", json={"reason": "a slow network"}
    )

    assert "Watching: failed 0 of 1 votes came after both clips were watched to the end." in page
    assert "rules excluded 1 vote" in page
    assert answer.json() == {"excluded": 0, "valid": 0, "surplus": 1}
    assert ask(browser, study).status_code == 204  # the rules decide once
    assert sorted(exported(study, cast)) == ["surplus"] + ["valid"] * 6
    (row,) = owner.get(f"/api/v1/studies/{study.slug}/annotators").json()["annotators"][:1]
    assert (row["rules"][0]["rule"], row["rules"][0]["status"]) == ("watching", "failed")


def fill(browser: TestClient, study: Study) -> None:
    """Let another annotator vote until no comparison is left."""
    enter(browser, study)
    while (answer := ask(browser, study)).status_code == 200:
        assert vote(browser, answer.json()["token"]).status_code == 201
