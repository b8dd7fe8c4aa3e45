"""Upgrades a database in a separate process, which kills itself before a given SQL statement.

python -m tests.app.killed_upgrade URL HOME STATEMENT: if STATEMENT is 0, the upgrade is not killed, and
prints the number of executed statements.
"""

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from app import migrations
from app.database import Database


def main(url: str, home: str, kill_before: int) -> None:
    database = Database(url, home=Path(home))
    statements = 0

    @event.listens_for(database.engine, "before_cursor_execute")
    def count(*_: object) -> None:
        nonlocal statements
        statements += 1
        if statements == kill_before:
            os.kill(os.getpid(), signal.SIGKILL)

    migrations.upgrade(database)
    database.close()
    print(statements)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
