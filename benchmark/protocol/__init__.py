"""Enums of the evaluation protocol: sides, justifications, statuses, roles.

The values of the enums are stored in the database and sent over the API; these values are part of the public
contract.
"""

from benchmark.protocol.access_enums import Role, Scope, ShareSubject, Visibility
from benchmark.protocol.job_enums import FailureKind, JobKind, JobStatus, TaskKind, TaskStatus, WorkerState
from benchmark.protocol.phase_enums import (
    Outcome,
    PaymentAction,
    PaymentFile,
    Phase,
    PlatformKind,
    RuleAction,
    RuleStatus,
    SessionStatus,
)
from benchmark.protocol.study_enums import (
    AnnotatorKind,
    Balance,
    Flag,
    InvitationStatus,
    Language,
    RenditionRecipe,
    StudyKind,
    StudyStatus,
    SubmissionStatus,
    WatchGate,
)
from benchmark.protocol.table_enums import (
    Direction,
    MetricFormat,
    NameStyle,
    SuiteName,
    TableFormat,
    TableName,
)
from benchmark.protocol.vote_enums import (
    COUNTED_STATUSES,
    AssignmentPurpose,
    Choice,
    GoldKind,
    GoldStatus,
    Justification,
    PlaybackKind,
    Side,
    SkipReason,
    VoteStatus,
)

__all__ = [
    "COUNTED_STATUSES",
    "AnnotatorKind",
    "AssignmentPurpose",
    "Balance",
    "Choice",
    "Direction",
    "FailureKind",
    "Flag",
    "GoldKind",
    "GoldStatus",
    "InvitationStatus",
    "JobKind",
    "JobStatus",
    "Justification",
    "Language",
    "MetricFormat",
    "NameStyle",
    "Outcome",
    "PaymentAction",
    "PaymentFile",
    "Phase",
    "PlatformKind",
    "PlaybackKind",
    "RenditionRecipe",
    "Role",
    "RuleAction",
    "RuleStatus",
    "Scope",
    "SessionStatus",
    "ShareSubject",
    "Side",
    "SkipReason",
    "StudyKind",
    "StudyStatus",
    "SubmissionStatus",
    "SuiteName",
    "TableFormat",
    "TableName",
    "TaskKind",
    "TaskStatus",
    "Visibility",
    "VoteStatus",
    "WatchGate",
    "WorkerState",
]
