"""Encodes clips and hands them in beside the network's work, in one thread."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from benchmark.client.errors import LeaseLost, NotAllowed, Refused, ServerError
from benchmark.client.job_api import LeaseApi
from benchmark.protocol import FailureKind, JobStatus
from benchmark.wire.jobs import ClaimedJob
from models.generators.base import Crashed, GeneratedClip
from models.generators.encoding import clip_mp4
from models.worker.errors import WorkerError
from models.worker.lease_renewal import Leases

# Clips that wait; a worker that is faster than its line waits for it rather than fill the memory.
_DEPTH = 8


@dataclass(frozen=True, eq=False)
class _Parcel:
    job: ClaimedJob
    clip: GeneratedClip


class Uploader:
    """Takes clips as they are made.

    Attributes:
        handed_in: clips the server has taken.
        trouble: what makes every further clip useless, such as a revoked key; None while all is well.
    """

    def __init__(self, server: LeaseApi, leases: Leases, say: Callable[[str], None]) -> None:
        self._server = server
        self._leases = leases
        self._say = say
        self._parcels: queue.Queue[_Parcel | None] = queue.Queue(_DEPTH)
        self._under_way: set[ClaimedJob] = set()
        self.handed_in = 0
        self.trouble: WorkerError | ServerError | None = None
        self._thread = threading.Thread(target=self._deliver_all, name="delivery", daemon=True)
        self._thread.start()

    def put(self, job: ClaimedJob, clip: GeneratedClip) -> None:
        self._under_way.add(job)
        self._parcels.put(_Parcel(job, clip))

    def has(self, job: ClaimedJob) -> bool:
        """Say whether the job's clip waits here or was handed in."""
        return job in self._under_way

    def wait(self) -> None:
        """Return when everything that was put has been handed in or dropped."""
        self._parcels.join()

    def close(self) -> None:
        """Hand in what is left and end the thread."""
        self._parcels.put(None)
        self._thread.join()

    def _deliver_all(self) -> None:
        while (parcel := self._parcels.get()) is not None:
            try:
                if self.trouble is None and self._leases.holds(parcel.job):
                    self._deliver(parcel)
            except (WorkerError, ServerError) as error:
                # The job stays held and is given back in the end.
                self.trouble = error
            except Exception as error:  # noqa: BLE001 - outermost; a thread that ends would block its line
                self.trouble = WorkerError(f"{parcel.job.pair_id} could not be handed in: {error!r}")
            finally:
                self._parcels.task_done()
        self._parcels.task_done()

    def _deliver(self, parcel: _Parcel) -> None:
        job = parcel.job
        try:
            mp4 = clip_mp4(parcel.clip)
            self._server.upload_clip(job, mp4, parcel.clip.provenance.as_json())
        except LeaseLost as refusal:
            self._say(f"{job.pair_id}: the clip is dropped. {refusal}")
        except NotAllowed:
            raise
        except (Refused, Crashed) as refusal:
            self._say(f"{job.pair_id}: {refusal}")
            report_failure(self._server, job, FailureKind.CRASH, str(refusal))
        else:
            self.handed_in += 1
        self._leases.drop(job)


def report_failure(
    server: LeaseApi, job: ClaimedJob, kind: FailureKind, message: str, log_tail: str = ""
) -> JobStatus | None:
    """Tell the server why a job has no clip; return what becomes of it, None if it is no longer ours.

    Raises:
        NotAllowed, Unreachable: as for every request.
    """
    try:
        return server.fail(job, kind, message, log_tail).status
    except NotAllowed:
        raise
    except Refused:
        return None
