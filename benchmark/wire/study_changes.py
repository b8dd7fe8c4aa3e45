"""Wire types for changes to a study: duplicate, extend, delete, and the versions of its protocol."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from benchmark.wire.common import Line, RequestModel, ResponseModel, Slug
from benchmark.wire.drafts import Matchups, PanelSize


class DuplicateRequest(RequestModel):
    """A request to copy a study to a new draft.

    If the request has no title, the copy gets the title of the original study.
    """

    slug: Slug
    title: Line | None = None


class ExtensionRequest(RequestModel):
    """A request to add matchups to a running study, to raise its votes per comparison, or both."""

    matchups: Matchups = Field(default_factory=list)
    votes_per_comparison: PanelSize | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.matchups and self.votes_per_comparison is None:
            raise ValueError("give matchups or votes_per_comparison")
        return self


class DeletionRequest(RequestModel):
    """A request to delete a study.

    `slug` must equal the study's slug, so that nobody deletes another study by mistake.
    """

    slug: Annotated[str, Field(max_length=200)]


class ProtocolResponse(ResponseModel):
    """One version of a study's protocol. `change` says what changed since the version before."""

    version: int
    created_at: datetime
    change: str
    document: dict[str, Any]


class ProtocolsResponse(ResponseModel):
    """All versions of a study's protocol, the oldest first; empty for a draft."""

    protocols: list[ProtocolResponse]
