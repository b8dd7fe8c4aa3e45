"""Runs several lanes at once; a lane that fails is paused, restarted and finally retired.

The other lanes continue. A paused or retired lane keeps its host, so that no other lane gets the same GPU.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from benchmark.client.errors import NotAllowed, ServerError, Unreachable
from benchmark.client.job_api import LeaseApi
from benchmark.plurals import counted
from benchmark.protocol import WorkerState
from benchmark.wire.jobs import WorkerInfo, WorkerStateRequest
from models.worker.errors import NoLaneLeft, NoModelAvailable
from models.worker.image_cache import ImageCache
from models.worker.lane_table import Lane, LaneTable
from models.worker.model_host import ModelHost
from models.worker.worker_loop import WorkerLoop, WorkerOptions

_MAX_NAME_CHARACTERS = 74


@dataclass(frozen=True)
class RestartPolicy:
    """The maximum number of restarts of a failed lane, and the pause before each restart.

    Attributes:
        restarts: maximum number of consecutive restarts without a generated or measured clip. After these
            restarts, the lane stops for good (is retired).
        pause_s: pause before the first restart, in seconds. Each later pause is twice as long as the previous
            pause.
        longest_pause_s: maximum pause, in seconds.
        starting_s: time in which a model host should start, in seconds.
    """

    restarts: int = 8
    pause_s: float = 2.0
    longest_pause_s: float = 300.0
    starting_s: float = 60.0

    def pause_before(self, restart: int) -> float:
        """Return the pause before a restart, in seconds; the first restart has number 1."""
        return min(self.pause_s * 2.0 ** min(restart - 1, 40), self.longest_pause_s)


class Fleet:
    """Runs one worker loop per lane; each loop runs in its own thread.

    Args:
        server: the server's lease API.
        create_host: function that takes a lane's number and creates the lane's model host.
        images: cache of input images.
        options: options of the worker; each lane appends its number to the worker's name.
        lanes: number of lanes.
        stopping: event that is set when the fleet should stop.
        log: function that is called with a sentence for every event.
        policy: rule that decides when failed lanes are restarted.
    """

    def __init__(
        self,
        server: LeaseApi,
        create_host: Callable[[int], ModelHost],
        images: ImageCache,
        options: WorkerOptions,
        *,
        lanes: int,
        stopping: threading.Event,
        log: Callable[[str], None],
        policy: RestartPolicy | None = None,
    ) -> None:
        self._server, self._create_host, self._images = server, create_host, images
        self._options, self._stopping, self._log = options, stopping, log
        self._policy = policy or RestartPolicy()
        self._table = LaneTable(stopping, self._policy.starting_s)
        self._lanes = [Lane(number, self._table) for number in range(1, lanes + 1)]
        self._hosts: dict[int, ModelHost] = {}
        self._retired: dict[int, Exception] = {}

    def run(self) -> int:
        """Run all lanes until they end; return the number of uploaded clips.

        Raises:
            NotAllowed: the server refuses the key.
            Unreachable: after a stop signal, the server does not answer.
            NoLaneLeft: all lanes have stopped for good.
        """
        with ThreadPoolExecutor(len(self._lanes)) as pool:
            results = [pool.submit(self._run_lane, lane) for lane in self._lanes]
            try:
                uploaded = sum(result.result() for result in results)
            finally:
                # After an interrupt, the lanes would keep waiting for clips. A closed host ends its lane's
                # worker loop.
                for host in list(self._hosts.values()):
                    host.close()
        if len(self._retired) == len(self._lanes):
            number, error = next(iter(self._retired.items()))
            raise NoLaneLeft(
                f"Every lane is retired ({counted(len(self._lanes), 'lane')}). Lane {number}: {error}"
            )
        return uploaded

    def _run_lane(self, lane: Lane) -> int:
        """Run a lane's worker loop, and restart it after failures. Return the number of uploaded clips."""
        uploaded, restarts = 0, 0
        while not self._stopping.is_set():
            host = self._hosts[lane.number] = self._create_host(lane.number)
            loop = self._worker_loop(lane, host)
            error = self._run_loop(loop)
            uploaded += loop.uploaded
            lane.rest()
            if error is None:
                self._hosts.pop(lane.number).close()
                break
            restarts = 1 if loop.uploaded or loop.measured else restarts + 1
            if not self._pause(lane, host, error, restarts):
                break
            host.close()
            lane.restart()
        return uploaded

    def _run_loop(self, loop: WorkerLoop) -> Exception | None:
        """Run a worker loop. Return the error that stopped the lane; None if the loop ended normally."""
        try:
            loop.run()
        except (NotAllowed, Unreachable):
            self._stopping.set()
            raise
        except Exception as error:  # noqa: BLE001 - one lane must not stop the others
            return error
        return None

    def _worker_loop(self, lane: Lane, host: ModelHost) -> WorkerLoop:
        info = self._info(lane)
        return WorkerLoop(
            self._server,
            host,
            self._images,
            replace(self._options, info=info),
            stopping=self._stopping,
            log=lambda sentence: self._log(f"Lane {lane.number}: {sentence}"),
            lane=lane,
        )

    def _info(self, lane: Lane) -> WorkerInfo:
        name = f"{self._options.info.name[:_MAX_NAME_CHARACTERS]}/{lane.number}"
        return self._options.info.model_copy(update={"name": name})

    def _pause(self, lane: Lane, host: ModelHost, error: Exception, restarts: int) -> bool:
        """Wait before a restart; return whether the lane should be restarted."""
        if self._stopping.is_set():
            return False
        reason = str(error) or repr(error)
        if isinstance(error, NoModelAvailable) or restarts > self._policy.restarts:
            self._retired[lane.number] = error
            self._log(f"Lane {lane.number} is retired. {reason}")
            self._report(lane, host, WorkerState.RETIRED, reason)
            return False
        pause_s = self._policy.pause_before(restarts)
        self._log(
            f"Lane {lane.number} is paused for {pause_s:g} s before restart {restarts} of "
            f"{self._policy.restarts}. {reason}"
        )
        self._report(lane, host, WorkerState.PAUSED, reason)
        return not self._stopping.wait(pause_s)

    def _report(self, lane: Lane, host: ModelHost, state: WorkerState, reason: str) -> None:
        """Show the lane's state on the jobs page of the server.

        The lane continues if the server refuses the report.
        """
        info = host.describe(self._info(lane))
        try:
            self._server.report_state(WorkerStateRequest(worker=info, state=state, reason=reason))
        except ServerError as refusal:
            self._log(f"Lane {lane.number}: the state cannot be reported. {refusal}")
