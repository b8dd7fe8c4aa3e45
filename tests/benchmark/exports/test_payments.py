"""The payment files that crowd platforms import."""

import csv
import io
from datetime import UTC, datetime

from benchmark.exports.payments import MIN_REASON_CHARS, payment_file
from benchmark.protocol import Outcome, PaymentAction, PaymentFile, SessionStatus
from benchmark.wire.platforms import PaymentResponse


def row(participant: str, action: PaymentAction, *failed: str) -> PaymentResponse:
    facts = dict.fromkeys(PaymentResponse.model_fields, 0) | {
        "annotator": f"annotator of {participant}",
        "participant": participant,
        "session": f"session-{participant}",
        "ids_verified": True,
        "platform_status": SessionStatus.SUBMITTED,
        "outcome": Outcome.COMPLETED,
        "code": "D0NE",
        "action": action,
        "failed_rules": list(failed),
        "unknown_rules": ["gold", "side"],
        "median_s": None,
        "pay": None,
        "currency": None,
        "joined_at": datetime(2026, 11, 30, tzinfo=UTC),
        "ended_at": None,
    }
    return PaymentResponse.model_validate(facts)


ROWS = [
    row("good", PaymentAction.APPROVE),
    row("=fast", PaymentAction.REVIEW, "12 of 20 votes took less than 2 s", "0 of 4 answers, all wrong"),
    row("gone", PaymentAction.NONE),
]


def read(file: PaymentFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(payment_file(ROWS, file).decode())))


def test_approvals_and_bonuses_contain_the_people_to_approve_only() -> None:
    assert payment_file(ROWS, PaymentFile.APPROVE) == b"good\n"
    assert payment_file(ROWS, PaymentFile.BONUS, amount="0.50") == b"good,0.50\n"


def test_a_rejection_states_what_the_participant_did() -> None:
    (rejected,) = read(PaymentFile.REJECT)

    assert (rejected["submission"], rejected["participant"]) == ("session-=fast", "=fast")
    assert rejected["ids_verified"] == "true"
    assert "12 of 20 votes took less than 2 s; 0 of 4 answers, all wrong" in rejected["reason"]
    assert len(rejected["reason"]) >= MIN_REASON_CHARS


def test_mechanical_turk_reads_an_x_or_a_reason() -> None:
    good, fast = read(PaymentFile.MTURK)

    assert good == {"AssignmentId": "session-good", "WorkerId": "good", "Approve": "X", "Reject": ""}
    assert (fast["AssignmentId"], fast["Approve"]) == ("session-=fast", "")
    assert fast["Reject"].startswith("Your answers did not pass the checks")


def test_the_list_has_everybody_and_a_spreadsheet_runs_no_id() -> None:
    rows = read(PaymentFile.LIST)

    assert [each["participant"] for each in rows] == ["good", "'=fast", "gone"]
    assert rows[1]["failed_rules"] == "12 of 20 votes took less than 2 s; 0 of 4 answers, all wrong"
    assert rows[0]["unknown_rules"] == "gold; side"
    assert rows[0]["median_s"] == ""
