"""Wire types for models, submissions and clips."""

from datetime import datetime
from typing import Any

from benchmark.protocol import SubmissionStatus, Visibility
from benchmark.wire.common import (
    Address,
    Flag,
    Label,
    Line,
    OptionalLine,
    PageResponse,
    Paragraphs,
    RequestModel,
    ResponseModel,
    Slug,
)


class ModelRequest(RequestModel):
    name: Line
    description: Paragraphs = ""
    url: Address = ""
    licence: OptionalLine = ""


class ModelResponse(ResponseModel):
    slug: str
    name: str
    description: str
    url: str
    licence: str
    created_at: datetime
    deletes_at: datetime | None


class ModelsResponse(PageResponse):
    models: list[ModelResponse]


class SubmissionRequest(RequestModel):
    model: Slug
    benchmark: Slug
    label: Label = ""


class SubmissionResponse(ResponseModel):
    """A submission of a model's clips.

    `expected` is the number of pairs times the number of different seeds among the submission's clips.
    """

    id: str
    model: str
    label: str
    benchmark: str
    benchmark_version: int
    status: SubmissionStatus
    visibility: Visibility
    is_partial: bool
    expected: int
    received: int
    created_at: datetime
    finalised_at: datetime | None
    withdrawn_at: datetime | None
    deletes_at: datetime | None


class SubmissionsResponse(PageResponse):
    submissions: list[SubmissionResponse]


class SubmissionDetailResponse(SubmissionResponse):
    """A submission with its missing clips and warnings.

    `missing` contains names of clips: the pair id for seed 0, `<pair id>_<seed>` for other seeds.
    """

    missing: list[str]
    problems: list[str]


# The maximum size of the JSON in a Ti2v-Provenance header, before base64 encoding.
MAX_PROVENANCE_BYTES = 4096


class ClipResponse(ResponseModel):
    pair_id: str
    seed: int
    sha256: str
    bytes: int
    codec: str
    width: int
    height: int
    frames: int
    fps: float
    duration_s: float
    is_static: bool
    is_remuxable: bool
    first_frame_distance: float | None
    provenance: dict[str, Any] | None


class ClipsResponse(PageResponse):
    clips: list[ClipResponse]


class FinaliseRequest(RequestModel):
    allow_partial: Flag = False


class NamedDeletionRequest(RequestModel):
    """A request to delete a model or submission.

    `name` must equal the object's name, so that nobody deletes another object by mistake. A submission
    is named `model` or `model@label`.
    """

    name: Line


class ReasonRequest(RequestModel):
    reason: Line
