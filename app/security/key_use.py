"""Records when each key was last used, at most once a minute."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from sqlalchemy import update

from app.database import Database
from app.tables.people import ApiKey

INTERVAL = timedelta(minutes=1)
_MAX_REMEMBERED = 10_000


class KeyUse:
    """Remembers the keys whose use this process recorded in the last minute."""

    def __init__(self) -> None:
        self._recorded: OrderedDict[int, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def is_due(self, key_id: int, *, now: datetime) -> bool:
        """Return whether this use of a key must be recorded.

        Only the first use of a key within a minute is recorded.
        """
        with self._lock:
            before = self._recorded.get(key_id)
            if before is not None and now - before < INTERVAL:
                return False
            self._recorded[key_id] = now
            self._recorded.move_to_end(key_id)
            if len(self._recorded) > _MAX_REMEMBERED:
                self._recorded.popitem(last=False)
            return True


def record_use(database: Database, *, key_id: int, now: datetime) -> None:
    """Store the time at which a key was used.

    The write is not durable, because losing the time in a power failure does no harm.
    """
    with database.write(durable=False) as session:
        session.execute(
            update(ApiKey)
            .where(ApiKey.id == key_id, ApiKey.last_used_at.is_(None) | (ApiKey.last_used_at < now))
            .values(last_used_at=now)
        )
