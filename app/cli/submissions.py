"""A submission on a server, as the one who sends it sees it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import click

from app.cli.http import JsonObject, Refused, Server
from benchmark.protocol import SubmissionStatus

PAIRS_A_PAGE = 500


class SubmissionPlace:
    """The place of one model, benchmark and label; the submission itself may not exist yet."""

    def __init__(self, server: Server, *, model: str, benchmark: str, label: str) -> None:
        self.server = server
        self.model = model
        self.label = label
        self.benchmark: JsonObject = server.get(f"/benchmarks/{quote(benchmark, safe='')}")
        self._pairs = list(self._all_pairs())

    @property
    def pair_ids(self) -> list[str]:
        return [pair["pair_id"] for pair in self._pairs]

    def find(self) -> JsonObject | None:
        """Return the submission with what is missing in it; None where there is none yet."""
        wanted = {
            "model": self.model,
            "label": self.label,
            "benchmark": self.benchmark["slug"],
            "benchmark_version": self.benchmark["version"],
        }
        for row in self.server.get("/submissions"):
            if all(row[name] == value for name, value in wanted.items()):
                found: JsonObject = self.server.get(f"/submissions/{row['id']}")
                return found
        return None

    def open(self) -> JsonObject:
        """Return the submission, opened and its model registered where they were not before."""
        found = self.find()
        if found is not None:
            return found
        self._register_model()
        body = {"model": self.model, "benchmark": self.benchmark["slug"], "label": self.label}
        try:
            opened: JsonObject = self.server.get(
                f"/submissions/{self.server.post('/submissions', body)['id']}"
            )
        except Refused as refusal:
            # Another machine that sends its share of the clips may have been first, or our own try before.
            found = self.find() if refusal.code == "submission_exists" else None
            if found is None:
                raise
            return found
        return opened

    def finalise(self, submission_id: str, *, allow_partial: bool) -> JsonObject:
        return self.server.post(f"/submissions/{submission_id}/finalise", {"allow_partial": allow_partial})

    def missing(self, submission_id: str) -> list[str]:
        """Return the pair ids without a clip, in the benchmark's order."""
        found: list[str] = self.server.get(f"/submissions/{submission_id}")["missing"]
        return found

    def input_images(
        self, folder: Path, wanted: Mapping[str, object], *, on_image: Callable[[], object]
    ) -> Mapping[str, Path]:
        """Fetch the input images of the wanted pairs into a folder, each once; return them by pair id."""
        files: dict[str, Path] = {}
        for pair in self._pairs:
            if pair["pair_id"] in wanted and pair["image"] not in files:
                # The name comes from outside and only has to be a name of ours.
                file = folder / hashlib.sha256(pair["image"].encode()).hexdigest()
                self._fetch(pair["pair_id"], file)
                files[pair["image"]] = file
                on_image()
        return {pair["pair_id"]: files[pair["image"]] for pair in self._pairs if pair["image"] in files}

    def image_count(self, wanted: Mapping[str, object]) -> int:
        return len({pair["image"] for pair in self._pairs if pair["pair_id"] in wanted})

    def _fetch(self, pair_id: str, file: Path) -> None:
        slug = quote(self.benchmark["slug"], safe="")
        with self.server.download(f"/benchmarks/{slug}/pairs/{quote(pair_id, safe='')}/image") as chunks:
            file.write_bytes(b"".join(chunks))

    def _all_pairs(self) -> Iterator[JsonObject]:
        path = f"/benchmarks/{quote(self.benchmark['slug'], safe='')}/pairs"
        query: dict[str, str | int] = {"limit": PAIRS_A_PAGE}
        while True:
            page: JsonObject = self.server.get(path, **query)
            yield from page["pairs"]
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]

    def _register_model(self) -> None:
        path = f"/models/{quote(self.model, safe='')}"
        try:
            self.server.get(path)
        except Refused as refusal:
            if refusal.status != 404:
                raise
            self.server.put(path, {"name": self.model})
            click.echo(f"Registered the model {self.model}.", err=True)


def is_open(submission: JsonObject) -> bool:
    return SubmissionStatus(submission["status"]) is SubmissionStatus.OPEN
