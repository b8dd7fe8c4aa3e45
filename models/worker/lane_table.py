"""Records what the lanes (worker loops) of a fleet know about each other.

A lane is one worker loop with one model host.
"""

import threading
import time
from collections import Counter, defaultdict

from benchmark.wire.jobs import ClaimedJob
from models.generators.batch import MAX_CONSECUTIVE_FAILURES

# Maximum time in seconds for which a lane waits for clips of other lanes. After this time, the lane's
# failures count as failures of its jobs.
VERDICT_TIMEOUT_S = 1800.0
_POLL_S = 0.5


class LaneTable:
    """Records which lanes are active, and which models each lane has run.

    The methods are thread-safe.

    Args:
        stopping: event that is set when the fleet should stop.
        starting_s: maximum time, in seconds, for which other lanes wait for a clip from a host that has not
            started yet.
    """

    def __init__(self, stopping: threading.Event, starting_s: float) -> None:
        self.stopping, self.starting_s = stopping, starting_s
        self.changed = threading.Condition()
        self.active: set[int] = set()
        self.generated: defaultdict[str, set[int]] = defaultdict(set)
        self.losses: Counter[str] = Counter()


class Lane:
    """One lane's access to the table that all lanes share.

    Args:
        number: number of the lane.
        table: the table that all lanes of the fleet share.

    Attributes:
        clips: number of clips that the lane has generated since its host started.
        failure_limit: the lane stops after this number of consecutive failures. After a restart the limit is
            1 until the lane has generated a clip.
    """

    def __init__(self, number: int, table: LaneTable) -> None:
        self.number = number
        self._table = table
        self.clips = 0
        self.failure_limit = MAX_CONSECUTIVE_FAILURES
        self._started = time.monotonic()
        self.resume()

    def restart(self) -> None:
        """Forget which clips the previous host generated."""
        self.clips, self.failure_limit = 0, 1
        self._started = time.monotonic()
        self.resume()

    def resume(self) -> None:
        """Record that the lane may generate a clip soon."""
        with self._table.changed:
            self._table.active.add(self.number)

    def note_starting(self) -> None:
        """Record that the host has not started yet, for example because no node has a free GPU."""
        if time.monotonic() - self._started > self._table.starting_s:
            self.rest()

    def rest(self) -> None:
        """Record that the lane has no job, is paused or has ended."""
        with self._table.changed:
            self._table.active.discard(self.number)
            self._table.changed.notify_all()

    def note_clip(self, model: str) -> None:
        """Record that the lane has generated a clip."""
        self.clips, self.failure_limit = self.clips + 1, MAX_CONSECUTIVE_FAILURES
        with self._table.changed:
            self._table.generated[model].add(self.number)
            self._table.changed.notify_all()

    def note_loss(self, job: ClaimedJob) -> int:
        """Record that a model host died while it held this job.

        Return the number of model hosts that died while they held the job.
        """
        with self._table.changed:
            self._table.losses[job.id] += 1
            return self._table.losses[job.id]

    def others_generate(self, model: str) -> bool:
        """Return whether another lane has generated a clip of the model.

        The method waits as long as another lane may still generate a clip of the model. If the fleet stops
        while the method waits, the method returns True.
        """
        table = self._table

        def is_decided() -> bool:
            others = table.generated[model] - {self.number}
            return bool(others) or not table.active or table.stopping.is_set()

        self.rest()
        with table.changed:
            waited_s = 0.0
            while not is_decided() and waited_s < VERDICT_TIMEOUT_S:
                table.changed.wait(_POLL_S)
                waited_s += _POLL_S
            return table.stopping.is_set() or bool(table.generated[model] - {self.number})
