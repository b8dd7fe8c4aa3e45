"""Wire types for the crowd platform of a study: its link, completion codes and return URLs.

The codes are not part of the study's protocol, because the protocol is published and a code must stay secret.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, StringConstraints, ValidationInfo, field_validator

from benchmark.protocol import Outcome, PaymentAction, PlatformKind, SessionStatus
from benchmark.wire.common import Flag, Label, OneLine, RequestModel, ResponseModel

# A URL to which the annotator returns. The completion code replaces `{code}` in the URL. The participant's
# ids on the platform replace `{participant}` and `{session}`.
ReturnAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=400, pattern=r"^https?://.+$"), OneLine
]
Code = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9_-]{1,64}$")]

# An id that a platform gives to a participant, a submission or a study.
ExternalId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._@:=-]{1,255}$")]
ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]


class Exit(RequestModel):
    """The completion code and the return URL for one outcome.

    Attributes:
        code: the completion code. If `code` is None, each annotator gets a code of their own.
        url: the return URL, in which `{code}`, `{participant}` and `{session}` are replaced by the code and
            the participant's ids. None if annotators do not return to a URL.
    """

    code: Code | None = None
    url: ReturnAddress | None = None


class Platform(RequestModel):
    """The crowd platform of a study, and an exit for each outcome (`benchmark.protocol.Outcome`).

    Attributes:
        kind: the platform; its participants join at `/studies/{slug}/join`. None if no participants may join.
        study_id: the id of the study (Prolific) or HIT (Mechanical Turk) on the platform; the server refuses
            links of other studies. If `study_id` is None, every id is accepted.
        signed_links: whether participants of Prolific must join by a signed link. If true, `study_id` is
            required. Platforms other than Prolific sign no links.
        participant_parameter, session_parameter, study_parameter: the names of the query parameters that
            contain the ids, for a platform of the kind `panel`.
        exclusion_group: a label. A participant of one study cannot join other studies of the same owner that
            have the same label. If the label is None, nobody is excluded.
        webhook_secret: the secret with which Prolific signs its notifications; if None, all notifications
            are refused.
    """

    kind: PlatformKind | None = None
    study_id: ExternalId | None = None
    signed_links: Flag = False
    participant_parameter: ParameterName = "participant"
    session_parameter: ParameterName = "session"
    study_parameter: ParameterName = "study"
    exclusion_group: Annotated[Label, StringConstraints(min_length=1)] | None = None
    webhook_secret: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{16,200}$")] | None = None
    completed: Exit = Exit()
    declined: Exit = Exit()
    screened_out: Exit = Exit()
    quality_failed: Exit = Exit()
    full: Exit = Exit()

    @field_validator("signed_links")
    @classmethod
    def _signed_links_name_their_study(cls, signed_links: bool, others: ValidationInfo) -> bool:
        is_prolific = others.data.get("kind") is PlatformKind.PROLIFIC
        if signed_links and is_prolific and others.data.get("study_id") is None:
            raise ValueError("signed links need the study ID on Prolific, because each link names it")
        return signed_links


class ProlificEvent(BaseModel):
    """A notification of Prolific. Other fields of a notification are ignored.

    Source: docs.prolific.com/api-reference/webhooks/receiving, read 2026-11-30.
    """

    event_type: Annotated[str, StringConstraints(max_length=100)]
    resource_id: Annotated[str, StringConstraints(max_length=255)]
    participant_id: Annotated[str, StringConstraints(max_length=255)] | None = None
    status: Annotated[str, StringConstraints(max_length=100)] | None = None


class PaymentResponse(ResponseModel):
    """A participant of a platform: ids, answers to checks, and a proposal for the payment.

    Attributes:
        session: the id of the participant's submission (Prolific) or assignment (Mechanical Turk).
        ids_verified: whether the platform signed every link with which the participant joined.
        failed_rules: a sentence for each quality rule that the participant failed.
        unknown_rules: the names of the rules for which the participant has too few answers.
        median_s: the median time of a vote, seconds; null if unknown.
        pay, currency: the pay for the participant's answers, computed from the estimated time per answer,
            without the platform's fee; null if the study states no hourly pay.
    """

    annotator: str
    participant: str
    session: str
    ids_verified: bool
    platform_status: SessionStatus
    outcome: Outcome | None
    code: str
    action: PaymentAction
    failed_rules: list[str]
    unknown_rules: list[str]
    votes: int
    gold: int
    gold_right: int
    repeats: int
    repeats_same: int
    median_s: float | None
    pay: Decimal | None
    currency: str | None
    joined_at: datetime
    ended_at: datetime | None


class PaymentsResponse(ResponseModel):
    payments: list[PaymentResponse]
