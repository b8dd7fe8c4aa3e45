"""Defines the client of one server with one key. Each resource is an attribute, such as `client.studies`."""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmark.client.audit_api import AuditApi
from benchmark.client.benchmark_api import BenchmarkApi
from benchmark.client.errors import ServerError
from benchmark.client.gold_clip_api import GoldClipApi
from benchmark.client.import_api import ImportApi, TaskApi
from benchmark.client.invitation_api import InvitationApi
from benchmark.client.job_api import JobApi, LeaseApi
from benchmark.client.metric_api import MetricApi
from benchmark.client.people_api import KeyApi, PersonApi
from benchmark.client.result_api import ResultApi
from benchmark.client.retry import Retry
from benchmark.client.study_api import StudyApi
from benchmark.client.submission_api import ModelApi, SubmissionApi
from benchmark.client.transport import Transport
from benchmark.client.visibility_api import VisibilityApi
from benchmark.wire.submissions import SubmissionDetailResponse


class Client:
    """A client of one TI2V Bench server with one key. Several threads may share a client.

    Example:
        >>> with Client("https://bench.example", "ti2v_...") as client:  # doctest: +SKIP
        ...     study = client.studies.get("motif-study")
        ...     print(study.votes, "of", study.votes_wanted)

    Args:
        server: the server's address; by default the environment variable TI2V_SERVER.
        key: a key created with `ti2v key create`; by default the environment variable TI2V_KEY.
        retry: decides which failed requests are retried, and how often.
        on_retry: called with a message for the user before the first retry of a request.

    Raises:
        ServerError: the address or the key is missing or malformed.
    """

    def __init__(
        self,
        server: str | None = None,
        key: str | None = None,
        *,
        retry: Retry | None = None,
        on_retry: Callable[[str], None] = lambda _: None,
    ) -> None:
        address = checked_address(server or os.environ.get("TI2V_SERVER"))
        secret = checked_key(key or os.environ.get("TI2V_KEY"))
        self.address = address
        self._transport = Transport(address, secret, retry=retry or Retry(), on_retry=on_retry)
        self.benchmarks = BenchmarkApi(self._transport)
        self.models = ModelApi(self._transport)
        self.submissions = SubmissionApi(self._transport)
        self.gold_clips = GoldClipApi(self._transport)
        self.jobs = JobApi(self._transport)
        self.leases = LeaseApi(self._transport)
        self.metrics = MetricApi(self._transport)
        self.studies = StudyApi(self._transport)
        self.invitations = InvitationApi(self._transport)
        self.results = ResultApi(self._transport)
        self.visibility = VisibilityApi(self._transport)
        self.people = PersonApi(self._transport)
        self.audit_events = AuditApi(self._transport)
        self.keys = KeyApi(self._transport)
        self.imports = ImportApi(self._transport)
        self.tasks = TaskApi(self._transport)

    def submit(
        self,
        folder: str | Path,
        *,
        model: str,
        benchmark: str,
        label: str = "",
        seed: int | None = None,
        allow_partial: bool = False,
        replace: bool = False,
        on_clip: Callable[[], object] = lambda: None,
    ) -> SubmissionDetailResponse:
        """Upload the clips of a folder as a submission and make the submission final.

        Clips are named `<pair id>.mp4` or `<pair id>_<seed>.mp4`. If the model is not registered yet, the
        call registers the model. After an interruption, the same call uploads the missing clips.

        Args:
            folder: the folder that contains the clips.
            model: slug of the model.
            benchmark: slug of the benchmark; the newest version of the benchmark is used.
            label: a name that distinguishes several submissions of the same model.
            seed: upload only the clips of this seed.
            allow_partial: make the submission final even if some pairs have no clip.
            replace: replace clips of the open submission that differ from the clips in the folder.
            on_clip: called after each upload, for a progress bar.

        Raises:
            SubmissionProblems: a file name is wrong, or a clip is missing, refused, or different from the
                clip on the server; `problems` lists every problem.
            ServerError: the server refuses a request or does not respond.
        """
        from benchmark.client.folder_submission import submit_folder

        return submit_folder(
            self,
            Path(folder),
            model=model,
            benchmark=benchmark,
            label=label,
            seed=seed,
            allow_partial=allow_partial,
            replace=replace,
            on_clip=on_clip,
        )

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def checked_address(address: str | None) -> str:
    """Return the server's address.

    Raises:
        ServerError: the address is missing or has no scheme.
    """
    if not address:
        raise ServerError("The server's address is missing: use --server URL, or set TI2V_SERVER.")
    if not address.startswith(("http://", "https://")):
        raise ServerError("The server's address must begin with http:// or https://.")
    return address


def checked_key(key: str | None) -> str:
    """Check the key; return it without leading and trailing blanks.

    Raises:
        ServerError: the key is missing, or contains characters that a key cannot have.
    """
    if not key or not key.isascii() or not key.isprintable():
        raise ServerError(
            "The key is missing or malformed: use --key KEY, or set TI2V_KEY. "
            "An admin creates a key with: ti2v key create --role researcher --name NAME "
            "(for a worker: --role worker)"
        )
    return key.strip()
