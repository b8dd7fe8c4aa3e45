"""The Python SDK, with a typed client of a TI2V Bench server and the types of requests and responses.

    from ti2v_bench import Client

docs/sdk.md has a complete example.
"""

from benchmark.client.client import Client
from benchmark.client.errors import NotAllowed, Refused, ServerError, Unreachable
from benchmark.client.folder_submission import SubmissionProblems
from benchmark.client.retry import Retry
from benchmark.protocol import (
    Choice,
    Flag,
    JobStatus,
    Justification,
    MetricFormat,
    RenditionRecipe,
    Role,
    Scope,
    StudyStatus,
    SubmissionStatus,
    SuiteName,
    TableFormat,
    TableName,
    TaskKind,
    TaskStatus,
    WatchGate,
)
from benchmark.wire.allocation import Allocation
from benchmark.wire.annotators import AnnotatorResponse, ChangeResponse, DecisionRequest
from benchmark.wire.benchmarks import BenchmarkResponse, PairResponse
from benchmark.wire.drafts import DraftRequest, GoldRequest, MatchupRequest, StudyRequest
from benchmark.wire.jobs import CreateJobsRequest, CreateJobsResponse, JobResponse, JobsResponse
from benchmark.wire.metrics import MetricTableResponse, SubmissionMetricsResponse
from benchmark.wire.pay import HourlyPay
from benchmark.wire.people import CreatedKeyResponse, KeyResponse, PersonResponse
from benchmark.wire.phases import Phases
from benchmark.wire.platforms import Exit, Platform
from benchmark.wire.results import ResultsResponse
from benchmark.wire.rules import Rules
from benchmark.wire.studies import MatchupResponse, StudyResponse
from benchmark.wire.study_changes import ExtensionRequest, ProtocolResponse
from benchmark.wire.submissions import (
    ClipResponse,
    ModelRequest,
    ModelResponse,
    SubmissionDetailResponse,
    SubmissionRequest,
    SubmissionResponse,
)
from benchmark.wire.tasks import TaskResponse

__all__ = [
    "Allocation",
    "AnnotatorResponse",
    "BenchmarkResponse",
    "ChangeResponse",
    "Choice",
    "Client",
    "ClipResponse",
    "CreateJobsRequest",
    "CreateJobsResponse",
    "CreatedKeyResponse",
    "DecisionRequest",
    "DraftRequest",
    "Exit",
    "ExtensionRequest",
    "Flag",
    "GoldRequest",
    "HourlyPay",
    "JobResponse",
    "JobStatus",
    "JobsResponse",
    "Justification",
    "KeyResponse",
    "MatchupRequest",
    "MatchupResponse",
    "MetricFormat",
    "MetricTableResponse",
    "ModelRequest",
    "ModelResponse",
    "NotAllowed",
    "PairResponse",
    "PersonResponse",
    "Phases",
    "Platform",
    "ProtocolResponse",
    "Refused",
    "RenditionRecipe",
    "ResultsResponse",
    "Retry",
    "Role",
    "Rules",
    "Scope",
    "ServerError",
    "StudyRequest",
    "StudyResponse",
    "StudyStatus",
    "SubmissionDetailResponse",
    "SubmissionMetricsResponse",
    "SubmissionProblems",
    "SubmissionRequest",
    "SubmissionResponse",
    "SubmissionStatus",
    "SuiteName",
    "TableFormat",
    "TableName",
    "TaskKind",
    "TaskResponse",
    "TaskStatus",
    "Unreachable",
    "WatchGate",
]
