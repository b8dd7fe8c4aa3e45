"""Finds or opens the submission with a given model, benchmark and label."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from pathlib import Path

from benchmark.client.client import Client
from benchmark.client.errors import Refused
from benchmark.protocol import SubmissionStatus
from benchmark.wire.submissions import ModelRequest, SubmissionDetailResponse, SubmissionRequest


class SubmissionTarget:
    """Finds the submission of one model, benchmark and label, or opens a new submission if none exists."""

    def __init__(self, client: Client, *, model: str, benchmark: str, label: str) -> None:
        self._client = client
        self.model = model
        self.label = label
        self.benchmark = client.benchmarks.get(benchmark)
        self._pairs = list(client.benchmarks.pairs(benchmark))

    @property
    def pair_ids(self) -> list[str]:
        return [pair.pair_id for pair in self._pairs]

    def find(self) -> SubmissionDetailResponse | None:
        """Return the open or final submission and its missing clips; None if no submission exists."""
        found = self._client.submissions.list(
            model=self.model, label=self.label, benchmark=self.benchmark.slug
        )
        for row in found:
            is_current = row.benchmark_version == self.benchmark.version
            if is_current and row.status is not SubmissionStatus.WITHDRAWN:
                return self._client.submissions.get(row.id)
        return None

    def open(self, *, on_new_model: Callable[[str], object]) -> SubmissionDetailResponse:
        """Return the submission.

        If no submission exists, open one and register its model if the model is new.

        Args:
            on_new_model: called with the model's slug if the model was registered.
        """
        found = self.find()
        if found is not None:
            return found
        self._register_model(on_new_model)
        request = SubmissionRequest(model=self.model, benchmark=self.benchmark.slug, label=self.label)
        try:
            return self._client.submissions.get(self._client.submissions.create(request).id)
        except Refused as refusal:
            # Another machine that uploads clips, or an earlier attempt, may have opened the submission.
            found = self.find() if refusal.code == "submission_exists" else None
            if found is None:
                raise
            return found

    def input_images(
        self, folder: Path, wanted: Collection[str], *, on_image: Callable[[], object]
    ) -> Mapping[str, Path]:
        """Download the input images of the pairs in `wanted`. Return a mapping from pair id to image file.

        An image that several pairs share is downloaded once.
        """
        files: dict[str, Path] = {}
        for pair in self._pairs:
            if pair.pair_id in wanted and pair.image not in files:
                # The image name comes from the server, so do not use it as a path.
                file = folder / hashlib.sha256(pair.image.encode()).hexdigest()
                file.write_bytes(self._client.benchmarks.image(self.benchmark.slug, pair.pair_id))
                files[pair.image] = file
                on_image()
        return {pair.pair_id: files[pair.image] for pair in self._pairs if pair.image in files}

    def image_count(self, wanted: Collection[str]) -> int:
        """Return the number of different input images of the pairs in `wanted`."""
        return len({pair.image for pair in self._pairs if pair.pair_id in wanted})

    def _register_model(self, on_new_model: Callable[[str], object]) -> None:
        try:
            self._client.models.get(self.model)
        except Refused as refusal:
            if refusal.status != HTTPStatus.NOT_FOUND:
                raise
            self._client.models.put(self.model, ModelRequest(name=self.model))
            on_new_model(self.model)
