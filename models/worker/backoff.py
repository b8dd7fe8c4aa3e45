"""How long to wait between tries, and how long to go on trying."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
# A worker that is asked to stop tries no longer than this to say goodbye.
LAST_WORDS_S = 10.0


@dataclass
class Backoff:
    """Pauses that double up to half a minute, each cut at random so that workers do not come in step.

    Attributes:
        stopping: set when the worker shall stop; patience then ends soon.
        rng: where the randomness comes from.
    """

    stopping: threading.Event
    rng: random.Random = field(default_factory=random.SystemRandom)

    def tries(self, longest_s: float) -> Iterator[int]:
        """Yield 0, 1, 2, ... with a pause between, until `longest_s` seconds would pass."""
        started, pause_s, number = time.monotonic(), FIRST_PAUSE_S, 0
        yield number
        while True:
            wait_s = pause_s * self.rng.uniform(0.5, 1.0)
            limit_s = min(longest_s, LAST_WORDS_S) if self.stopping.is_set() else longest_s
            if time.monotonic() - started + wait_s > limit_s:
                return
            self._wait(wait_s)
            number += 1
            yield number
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _wait(self, seconds: float) -> None:
        # Once it is set the event no longer holds anybody up.
        if self.stopping.is_set():
            time.sleep(seconds)
        else:
            self.stopping.wait(seconds)
