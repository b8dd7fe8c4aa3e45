"""Writes the payment list of a study as the files that crowd platforms import.

Sources, read 2026-11-30: researcher-help.prolific.co, "Bonus payments" (a list of participant ids and
amounts); docs.aws.amazon.com/AWSMechTurk, Requester UI Guide, "Reviewing Assignments Offline" (an X in the
column Approve, or a reason in the column Reject). The project has not tested these files on the real
platforms.
"""

from collections.abc import Iterable, Sequence

from benchmark.exports.cells import Cell
from benchmark.exports.csv_json import csv_chunks
from benchmark.protocol import PaymentAction, PaymentFile
from benchmark.tables.csv_text import csv_text
from benchmark.wire.platforms import PaymentResponse

# Unverified: Prolific is said to refuse a shorter reason.
MIN_REASON_CHARS = 100
_LISTS = ("failed_rules", "unknown_rules")


def payment_file(rows: Sequence[PaymentResponse], file: PaymentFile, *, amount: str = "") -> bytes:
    """Return a file of payments.

    `approve` and `bonus` contain the participants to approve; `reject` contains the participants to review,
    each with a reason. A person must check each file before sending the file to a platform.

    Args:
        amount: the bonus of each participant, such as `0.50`; only for `bonus`.
    """
    good = [row for row in rows if row.action is PaymentAction.APPROVE]
    doubtful = [row for row in rows if row.action is PaymentAction.REVIEW]
    match file:
        case PaymentFile.LIST:
            return b"".join(csv_chunks(tuple(PaymentResponse.model_fields), map(_cells, rows)))
        case PaymentFile.APPROVE:
            return "".join(f"{row.participant}\n" for row in good).encode()
        case PaymentFile.BONUS:
            return "".join(f"{row.participant},{amount}\n" for row in good).encode()
        case PaymentFile.REJECT:
            lines = [
                (row.session, row.participant, str(row.ids_verified).lower(), reason_of(row))
                for row in doubtful
            ]
            return _csv(("submission", "participant", "ids_verified", "reason"), lines)
        case PaymentFile.MTURK:
            reviewed = [(row.session, row.participant, "X", "") for row in good]
            reviewed += [(row.session, row.participant, "", reason_of(row)) for row in doubtful]
            return _csv(("AssignmentId", "WorkerId", "Approve", "Reject"), reviewed)


def reason_of(row: PaymentResponse) -> str:
    """Return the reason for a rejection.

    The reason says what the participant did, but does not state the limit of the rule.
    """
    facts = "; ".join(row.failed_rules) or "the checks of the study were not passed"
    text = f"Your answers did not pass the checks that this study announced: {facts}."
    more = " Please write to us if you think that this is a mistake."
    return text if len(text) >= MIN_REASON_CHARS else text + more


def _cells(row: PaymentResponse) -> list[Cell]:
    values = row.model_dump(mode="json")
    lists = {name: "; ".join(values[name]) for name in _LISTS}
    return list((values | lists).values())


def _csv(names: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> bytes:
    """Return a CSV table with the participant ids unchanged, exactly as the platform sent the ids."""
    return csv_text([names, *lines]).encode()
