"""Runs a model behind a hosted API as a generator: submit, poll, download.

Every submitted clip costs money.
"""

import base64
import io
import os
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from models.generators.base import (
    BadInput,
    CannotRun,
    ClipRequest,
    Crashed,
    Frames,
    GeneratedClip,
    GeneratorError,
    Provenance,
)
from models.generators.hosted_transport import Deadline, HostedTransport
from models.generators.images import fit_image, read_image
from models.generators.ledger import PROCESS_LEDGER, Cost, Ledger
from models.generators.outputs import read_video
from models.generators.placeholders import fill, fill_structure
from models.generators.recipes import HostedRecipe
from models.generators.usage import library_versions

_BRACES = re.compile(r"\{([\w.-]+)\}")


@dataclass(frozen=True)
class _Submission:
    answer: object
    deadline: Deadline
    started: float


class HostedGenerator:
    """A generator that sends requests to a hosted API.

    The clips of one call are submitted together, then collected in order. If a clip fails, the other clips of
    the call stay submitted; a later call with the same request collects the submitted clip, and does not pay
    again.

    Args:
        recipe: the settings of the model, from the adapter's TOML file.
        recipe_sha256: hash of the adapter's TOML file, for provenance.
        budget: maximum amount that this process may spend, in the currency of the price.
        ledger: records the money that was spent; the default is the ledger of this process.
    """

    def __init__(
        self, recipe: HostedRecipe, *, recipe_sha256: str, budget: float, ledger: Ledger | None = None
    ) -> None:
        self.name = recipe.name
        self.budget = budget
        self._ledger = ledger or PROCESS_LEDGER
        self._recipe = recipe
        self._recipe_sha256 = recipe_sha256
        self._transport: HostedTransport | None = None
        self._submitted: dict[ClipRequest, _Submission | GeneratorError] = {}

    def cost(self, clips: int) -> Cost:
        """Return the price of a number of clips."""
        return Cost(round(clips * self._recipe.price.per_clip, 4), self._recipe.price.currency)

    def load(self, device: str, dtype: str) -> None:  # noqa: ARG002 - the service has its own device and dtype
        """Read the service's key from an environment variable. This method sends no request.

        Raises:
            CannotRun: the environment variable with the key is not set.
        """
        api = self._recipe.api
        key = os.environ.get(api.key_variable, "")
        if not key:
            raise CannotRun(
                f"{self.name} needs a key of {api.base}. Set the environment variable {api.key_variable}."
            )
        headers = {**api.headers, "Authorization": fill(api.authorization, {"key": key})}
        self._transport = HostedTransport(api.base, headers)

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        """Yield one clip per request; see `Generator`."""
        if self._transport is None:
            raise CannotRun(f"{self.name} is not loaded.")
        for request in requests:
            if request not in self._submitted:
                self._submitted[request] = self._submit(self._transport, request)
                if isinstance(self._submitted[request], GeneratorError):
                    # The loop below first yields the clips of the earlier requests, then raises this error.
                    break
        for request in requests:
            submission = self._submitted.pop(request, None) or self._submit(self._transport, request)
            if isinstance(submission, GeneratorError):
                raise submission
            yield self._collect(self._transport, request, submission)

    def unload(self) -> None:
        """Close the connections; see `Generator`."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _submit(self, transport: HostedTransport, request: ClipRequest) -> _Submission | GeneratorError:
        """Submit a request for a clip. Return the error if the submission fails, else None."""
        recipe, cost = self._recipe, self.cost(1)
        try:
            body = fill_structure(dict(recipe.submit.body), self._values(request), [])
        except BadInput as error:
            return error
        if not self._ledger.reserve(cost, self.budget):
            spent = self._ledger.spent(cost.currency)
            return CannotRun(
                f"A clip of {self.name} costs {cost}, and {spent:.2f} of the budget of {self.budget:.2f} "
                f"{cost.currency} are spent. Set a larger budget with TI2V_API_BUDGET."
            )
        deadline = Deadline(recipe.limits.clip_s, f"{self.name}: {request.pair_id}")
        started = time.monotonic()
        try:
            answer = transport.submit(recipe.submit.path, body, deadline)
        except CannotRun as error:
            self._ledger.refund(cost)
            return error
        except GeneratorError as error:
            return error
        return _Submission(answer, deadline, started)

    def _values(self, request: ClipRequest) -> dict[str, str | int]:
        native = self._recipe.native
        image = fit_image(read_image(request.image), native.width, native.height, self._recipe.fit)
        png = io.BytesIO()
        image.save(png, "PNG")
        encoded = base64.b64encode(png.getvalue()).decode()
        return {
            "prompt": request.prompt,
            "image": f"data:image/png;base64,{encoded}",
            "image_base64": encoded,
            "seed": request.seed,
            "width": native.width,
            "height": native.height,
            "frames": native.frames,
            "fps": str(native.fps),
            "pair_id": request.pair_id,
        }

    def _collect(
        self, transport: HostedTransport, request: ClipRequest, submission: _Submission
    ) -> GeneratedClip:
        recipe, deadline = self._recipe, submission.deadline
        final = self._poll(transport, submission)
        result = recipe.result
        if result.url:
            final = transport.get(_text(submission.answer, result.url), deadline)
        elif result.path:
            final = transport.get(self._address(result.path, final), deadline)
        with tempfile.TemporaryDirectory(prefix="ti2v-hosted-") as folder:
            path = Path(folder) / "clip.mp4"
            transport.download(
                _text(final, recipe.result.video),
                path,
                max_bytes=int(recipe.limits.megabytes * 1e6),
                deadline=deadline,
            )
            native = recipe.native.to_format()
            frames = read_video([path], native, native.fps)
        return self._clip(request, frames, time.monotonic() - submission.started)

    def _poll(self, transport: HostedTransport, submission: _Submission) -> object:
        poll = self._recipe.poll
        answer = submission.answer
        url = self._address(poll.path, answer) if poll.path else _text(answer, poll.url)
        while True:
            state = transport.get(url, submission.deadline)
            status = _text(state, poll.status)
            if status in poll.done:
                return state
            if status not in poll.running:
                message = find(state, poll.error)
                raise Crashed(f"The API reports the state {status!r}: {str(message or 'no message')[:300]}")
            submission.deadline.sleep(poll.interval_s)

    def _address(self, template: str, document: object) -> str:
        """Return the address of a URL path; values of a JSON document replace the placeholders in braces."""
        path = _BRACES.sub(lambda match: quote(_text(document, match[1]), safe=""), template)
        return self._recipe.api.base.rstrip("/") + path

    def _clip(self, request: ClipRequest, frames: Frames, seconds: float) -> GeneratedClip:
        recipe, native = self._recipe, self._recipe.native
        provenance = Provenance(
            model=self.name,
            seed=request.seed,
            width=native.width,
            height=native.height,
            frames=len(frames),
            fps=str(native.fps),
            device=recipe.api.base,
            dtype="its own",
            seconds=round(seconds, 4),
            recipe_sha256=self._recipe_sha256,
            settings={"fit": recipe.fit.value, "price": f"{recipe.price.per_clip:g} {recipe.price.currency}"},
            libraries=library_versions(),
        )
        return GeneratedClip(request.pair_id, request.seed, frames, native.fps, provenance)


def find(document: object, path: str) -> object:
    """Return the value at a path of a JSON document; None if the document has no such value.

    >>> find({"output": [{"url": "a"}]}, "output.0.url"), find({}, "a.b")
    ('a', None)
    """
    for step in path.split("."):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def _text(document: object, path: str) -> str:
    found = find(document, path)
    if not isinstance(found, str) or not found:
        raise Crashed(f"The API's answer has no text at {path}: {str(document)[:200]}")
    return found
