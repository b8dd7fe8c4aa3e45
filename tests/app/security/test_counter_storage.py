"""The counters of rate limits in the memory of one process."""

import time

from app.security.counter_storage import MemoryCounters


class SteppedClock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_counter_ends_when_the_time_since_its_first_count_has_passed() -> None:
    clock = SteppedClock()
    counters = MemoryCounters(clock)

    assert [counters.incr("ada", 60, amount) for amount in (1, 5)] == [1, 6]
    clock.now += 59
    assert (counters.incr("ada", 60), counters.get("ada"), counters.get("bob")) == (7, 7, 0)
    clock.now += 1
    assert counters.get("ada") == 0
    assert counters.incr("ada", 60) == 1


def test_the_expiry_is_a_time_of_the_wall_clock() -> None:
    counters = MemoryCounters(SteppedClock())
    counters.incr("ada", 1e9)

    earliest = time.time() + 1e9
    assert earliest - 3600 < counters.get_expiry("ada") < earliest + 3600
    assert counters.get_expiry("bob") < earliest - 3600


def test_expired_counters_do_not_stay_in_memory() -> None:
    clock = SteppedClock()
    counters = MemoryCounters(clock)
    for number in range(1_000):
        counters.incr(str(number), 60)
    counters.incr("day", 86_400)

    clock.now += 60
    counters.incr("another", 60)

    assert counters.reset() == 2
