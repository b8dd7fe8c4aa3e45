"""The payment list: who finished, who failed a check, and whom to pay; only the owner sees it."""

from decimal import Decimal

from fastapi.testclient import TestClient

from app.context import AppContext
from benchmark.wire.pay import HourlyPay
from benchmark.wire.phases import Phases
from benchmark.wire.rules import Rules
from tests.acting import assign, refused, vote
from tests.app.api.conftest import client_of
from tests.app.platforms.test_join import LINK, PROLIFIC, set_platform
from tests.app.results.page_voters import signed_in
from tests.cast import Cast, Study

PAY = HourlyPay(per_hour=Decimal(12), currency="GBP", fee_percent=Decimal(33))


def join_and_vote(client: TestClient, study: Study, participant: str, votes: int) -> None:
    browser = TestClient(client.app, base_url="http://testserver")
    browser.get(f"/studies/{study.slug}/join", params=LINK | {"PROLIFIC_PID": participant})
    for _ in range(votes):
        assert vote(browser, assign(browser, study)["token"]).status_code == 201
    browser.get(f"/studies/{study.slug}/vote")


def test_the_list_proposes_a_payment_for_each_participant(
    cast: Cast, context: AppContext, client: TestClient
) -> None:
    rules = Rules.model_validate({"side": {"maximum": 0.8, "after": 3}})
    study = cast.open_study(comparisons_per_annotator=3, phases=Phases(), rules=rules, hourly_pay=PAY)
    owner = client_of(context, cast.alice)
    set_platform(owner, study, **PROLIFIC)
    join_and_vote(client, study, "always-left", 3)
    join_and_vote(client, study, "half-way", 1)
    path = f"/api/v1/studies/{study.slug}/platform/payments"

    left, half = owner.get(path).json()["payments"]

    assert (left["annotator"], left["participant"]) == ("annotator-001", "always-left")
    assert (left["outcome"], left["action"], left["code"]) == ("completed", "review", "D0NE")
    # 3 answers x 25 s x 12 / 3600; the fee goes to the platform.
    assert (left["pay"], left["currency"], half["pay"]) == ("0.25", "GBP", "0.08")
    assert left["failed_rules"] == ["3 of 3 votes are for side A"]
    assert (left["votes"], left["ids_verified"], left["ended_at"] is not None) == (3, False, True)
    assert (half["outcome"], half["action"], half["code"], half["votes"]) == (None, "none", "", 1)
    assert client_of(context, cast.charlie).get(path).status_code == 404
    files = f"{path}.csv?file="
    assert owner.get(f"{files}reject").text.count("3 of 3 votes are for side A") == 1
    assert owner.get(f"{files}approve").text == ""
    assert owner.get(f"{files}bonus&amount=0.50").status_code == 200
    refused(owner.get(f"{files}bonus"), 422, "amount_missing")
    refused(owner.get(f"{files}list&amount=1"), 422, "amount_missing")
    refused(owner.get(f"{files}bonus&amount=1,5"), 422, "invalid_field")
    refused(client_of(context, cast.charlie).get(f"{files}list"), 404, "not_found")
    page = signed_in(context, cast.alice).get(f"/studies/{study.slug}/crowd").text
    assert "To approve (Prolific)" in page
    assert "The platform did not sign the ids of 2 participants" in page
