"""Counts the money that hosted APIs cost."""

import threading
from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """An amount of money."""

    amount: float
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:.2f} {self.currency}"


class Ledger:
    """Counts the money that this process has spent, by currency. The methods are thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spent: defaultdict[str, float] = defaultdict(float)

    def reserve(self, cost: Cost, budget: float) -> bool:
        """Add a cost to the spent amount and return True; if the budget is too small, only return False."""
        with self._lock:
            if self._spent[cost.currency] + cost.amount > budget + 1e-9:
                return False
            self._spent[cost.currency] += cost.amount
            return True

    def refund(self, cost: Cost) -> None:
        """Subtract the cost of a refused request from the spent amount."""
        with self._lock:
            self._spent[cost.currency] -= cost.amount

    def spent(self, currency: str) -> float:
        """Return the amount that was spent in a currency."""
        with self._lock:
            return self._spent[currency]


PROCESS_LEDGER = Ledger()
