"""Sends REST requests for models and submissions."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from benchmark.client.page_iterator import all_pages
from benchmark.client.transport import Query, Transport
from benchmark.protocol import SubmissionStatus
from benchmark.wire.submissions import (
    ClipResponse,
    ClipsResponse,
    FinaliseRequest,
    ModelRequest,
    ModelResponse,
    ModelsResponse,
    NamedDeletionRequest,
    ReasonRequest,
    SubmissionDetailResponse,
    SubmissionRequest,
    SubmissionResponse,
    SubmissionsResponse,
)
from benchmark.wire.validation import checked_request


class ModelApi:
    """The methods of `client.models`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, mine: bool = False) -> list[ModelResponse]:
        """Return the models that you may see (only your own models if `mine` is set), sorted by slug."""
        query = {"mine": "true" if mine else None}
        pages = all_pages(self._transport, "/models", ModelsResponse, query)
        return [row for page in pages for row in page.models]

    def get(self, slug: str) -> ModelResponse:
        return self._transport.get(f"/models/{quote(slug, safe='')}", ModelResponse)

    def put(self, slug: str, request: ModelRequest) -> ModelResponse:
        """Register a model, or change the description of a model that you own."""
        return self._transport.put(f"/models/{quote(slug, safe='')}", ModelResponse, request)

    def delete(self, slug: str) -> ModelResponse:
        """Delete a model without submissions. The server removes the model's data after 14 days."""
        request = checked_request(NamedDeletionRequest, name=slug)
        return self._transport.post(f"/models/{quote(slug, safe='')}/delete", ModelResponse, request)

    def restore(self, slug: str) -> ModelResponse:
        """Cancel the deletion of a model."""
        return self._transport.post(f"/models/{quote(slug, safe='')}/restore", ModelResponse)


class SubmissionApi:
    """The methods of `client.submissions`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self,
        *,
        model: str | None = None,
        label: str | None = None,
        benchmark: str | None = None,
        status: SubmissionStatus | None = None,
        visible: bool = False,
    ) -> list[SubmissionResponse]:
        """Return your own submissions, newest first. An admin gets the submissions of all users.

        All arguments except `visible` are filters.

        Args:
            visible: return every submission that you may see, including submissions of other people.
        """
        query = {
            "model": model,
            "label": label,
            "benchmark": benchmark,
            "status": status,
            "visible": "true" if visible else None,
        }
        pages = all_pages(self._transport, "/submissions", SubmissionsResponse, query)
        return [row for page in pages for row in page.submissions]

    def get(self, submission_id: str) -> SubmissionDetailResponse:
        """Return a submission, its missing pairs, and the warnings about its clips."""
        return self._transport.get(_path(submission_id), SubmissionDetailResponse)

    def create(self, request: SubmissionRequest) -> SubmissionResponse:
        return self._transport.post("/submissions", SubmissionResponse, request)

    def clips(
        self, submission_id: str, *, pair_id: str | None = None, seed: int | None = None
    ) -> Iterator[ClipResponse]:
        """Yield a submission's clips in the benchmark's order; `pair_id` and `seed` are filters."""
        query = {"pair_id": pair_id, "seed": seed}
        for page in all_pages(self._transport, f"{_path(submission_id)}/clips", ClipsResponse, query):
            yield from page.clips

    def put_clip(
        self,
        submission_id: str,
        pair_id: str,
        file: Path,
        *,
        seed: int = 0,
        replace: bool = False,
        convert: bool = False,
    ) -> ClipResponse:
        """Upload the clip of a pair and seed.

        If the stored clip has the same bytes, the upload has no effect.

        Args:
            replace: whether to replace a stored clip that has different bytes; otherwise the server refuses
                the upload.
            convert: whether the server converts the file, such as a WebM video, to an H.264 clip. The clip's
                provenance records the conversion.
        """
        flags = {"replace": replace, "convert": convert}
        query: Query = {"seed": seed} | {name: "true" for name, wanted in flags.items() if wanted}
        return self._transport.upload(clip_path(submission_id, pair_id), ClipResponse, file, query=query)

    def delete_clip(self, submission_id: str, pair_id: str, *, seed: int = 0) -> None:
        """Delete one clip from an open submission."""
        self._transport.delete(clip_path(submission_id, pair_id), {"seed": seed})

    def finalise(self, submission_id: str, *, allow_partial: bool = False) -> SubmissionDetailResponse:
        """Make a submission final. In a final submission, no clip can be added or changed."""
        request = FinaliseRequest(allow_partial=allow_partial)
        return self._transport.post(f"{_path(submission_id)}/finalise", SubmissionDetailResponse, request)

    def withdraw(self, submission_id: str, reason: str) -> SubmissionDetailResponse:
        """Withdraw a submission from all running studies.

        The server keeps the votes on the submission's clips, and marks these votes.
        """
        request = checked_request(ReasonRequest, reason=reason)
        return self._transport.post(f"{_path(submission_id)}/withdraw", SubmissionDetailResponse, request)

    def delete(self, submission_id: str, name: str) -> SubmissionResponse:
        """Delete a withdrawn submission that no study compares. The server removes its clips after 14 days.

        Args:
            name: the name of the submission to delete, `model` or `model@label`. The server compares this
                name with the submission's name, so that nobody deletes another submission by mistake.
        """
        request = checked_request(NamedDeletionRequest, name=name)
        return self._transport.post(f"{_path(submission_id)}/delete", SubmissionResponse, request)

    def restore(self, submission_id: str) -> SubmissionResponse:
        """Cancel the deletion of a submission; the submission stays withdrawn."""
        return self._transport.post(f"{_path(submission_id)}/restore", SubmissionResponse)


def clip_path(submission_id: str, pair_id: str) -> str:
    return f"{_path(submission_id)}/clips/{quote(pair_id, safe='')}"


def _path(submission_id: str) -> str:
    return f"/submissions/{quote(submission_id, safe='')}"
