"""Encodes and uploads generated clips in a background thread, while the worker generates the next clips."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from benchmark.client.errors import LeaseLost, NotAllowed, Refused, ServerError
from benchmark.client.job_api import LeaseApi
from benchmark.protocol import FailureKind, JobStatus
from benchmark.wire.jobs import ClaimedJob, LeasedJob
from models.generators.base import Crashed, GeneratedClip
from models.generators.encoding import EncodedClip, clip_mp4
from models.worker.errors import WorkerError
from models.worker.lease_renewal import LeaseRenewer

# Maximum number of clips in the upload queue. While the queue is full, generation waits, which limits memory
# use.
_QUEUE_SIZE = 8


@dataclass(frozen=True, eq=False)
class _Upload:
    job: ClaimedJob
    clip: GeneratedClip | EncodedClip


class Uploader:
    """Uploads clips in the order in which `add` queued the clips.

    Args:
        server: the server's lease API.
        leases: leases of the worker; a clip is uploaded only while the worker holds the clip's job.
        log: function that is called with a sentence for every clip that is not accepted.

    Attributes:
        uploaded: number of clips the server accepted.
        error: the error that prevents all further uploads, such as a revoked key; None if uploads can
            continue.
    """

    def __init__(self, server: LeaseApi, leases: LeaseRenewer, log: Callable[[str], None]) -> None:
        self._server = server
        self._leases = leases
        self._log = log
        self._queue: queue.Queue[_Upload | None] = queue.Queue(_QUEUE_SIZE)
        self._jobs: set[ClaimedJob] = set()
        self.uploaded = 0
        self.error: WorkerError | ServerError | None = None
        self._thread = threading.Thread(target=self._upload_until_closed, name="uploader", daemon=True)
        self._thread.start()

    def add(self, job: ClaimedJob, clip: GeneratedClip | EncodedClip) -> None:
        """Queue a clip for upload; if the queue is full, wait."""
        self._jobs.add(job)
        self._queue.put(_Upload(job, clip))

    def has(self, job: ClaimedJob) -> bool:
        """Return whether a clip of this job is queued or was uploaded."""
        return job in self._jobs

    def wait(self) -> None:
        """Wait until all queued clips are uploaded or dropped."""
        self._queue.join()

    def close(self) -> None:
        """Upload the queued clips and stop the thread."""
        self._queue.put(None)
        self._thread.join()

    def _upload_until_closed(self) -> None:
        while (upload := self._queue.get()) is not None:
            try:
                if self.error is None and self._leases.holds(upload.job):
                    self._upload(upload)
            except (WorkerError, ServerError) as error:
                # The worker still holds the job, and releases the job when the worker stops.
                self.error = error
            except Exception as error:  # noqa: BLE001 - outermost loop; without the thread the queue would block
                self.error = WorkerError(f"{upload.job.pair_id} could not be uploaded: {error!r}")
            finally:
                self._queue.task_done()
        self._queue.task_done()

    def _upload(self, upload: _Upload) -> None:
        job = upload.job
        try:
            mp4 = upload.clip.mp4 if isinstance(upload.clip, EncodedClip) else clip_mp4(upload.clip)
            self._server.upload_clip(job, mp4, upload.clip.provenance.as_json())
        except LeaseLost as refusal:
            self._log(f"{job.pair_id}: the clip is dropped. {refusal}")
        except NotAllowed:
            raise
        except (Refused, Crashed) as refusal:
            self._log(f"{job.pair_id}: {refusal}")
            report_failure(self._server, job, FailureKind.CRASH, str(refusal))
        else:
            self.uploaded += 1
        self._leases.remove(job)


def report_failure(
    server: LeaseApi, job: LeasedJob, kind: FailureKind, message: str, log_tail: str = ""
) -> JobStatus | None:
    """Report a failed job. Return the job's new status; None if the worker no longer holds the job.

    Raises:
        NotAllowed, Unreachable: the server refuses the key, or the server does not answer.
    """
    try:
        return server.fail(job, kind, message, log_tail).status
    except NotAllowed:
        raise
    except Refused:
        return None
