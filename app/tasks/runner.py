"""Runs background tasks in one thread of the server, one task at a time.

The thread polls the database for queued tasks. The server therefore also runs tasks that another process
queued, for example the command `ti2v study open`.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from app.clock import utc_now
from app.context import AppContext
from app.tables.tasks import Task
from app.tasks import service
from app.tasks.queries import require_active_owner
from benchmark.protocol import TaskKind

log = logging.getLogger("ti2v.tasks")

POLL_S = 2.0
REPORT_INTERVAL_S = 1.0


class TaskStopped(Exception):
    """The task must end now: the server is shutting down, or another process has taken over the task."""


class TaskFailed(Exception):
    """The task cannot be completed; the message is a sentence for the owner."""


class TaskRepeats(Exception):
    """The task must run again at `ready_at`. `problem` says why this run failed; empty after a success."""

    def __init__(self, ready_at: datetime, problem: str = "") -> None:
        super().__init__(problem)
        self.ready_at = ready_at
        self.problem = problem


class Progress:
    """Reports the progress of one attempt at a task; raises TaskStopped if the attempt must end."""

    def __init__(self, context: AppContext, task_id: int, attempt: int, stopping: threading.Event) -> None:
        self._context = context
        self.task_id = task_id
        self._task = {"task_id": task_id, "attempt": attempt}
        self._stopping = stopping
        self._next_report = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Record the progress: `done` of the task's `total` steps are finished.

        Write to the database at most once a second.

        Raises:
            TaskStopped: the task must end now.
            Forbidden: the task acts for a person who has been disabled.
        """
        if self._stopping.is_set():
            raise TaskStopped
        if time.monotonic() < self._next_report and done < total:
            return
        with self._context.database.write(durable=False) as session:
            if not service.report(session, **self._task, done=done, total=total, now=utc_now()):
                raise TaskStopped
            require_active_owner(session, session.get_one(Task, self.task_id))
        self._next_report = time.monotonic() + REPORT_INTERVAL_S

    def require_active_owner(self) -> None:
        """Do nothing if the task may start. Raises Forbidden like `__call__`."""
        with self._context.database.read() as session:
            require_active_owner(session, session.get_one(Task, self.task_id))

    def add_details(self, **details: Any) -> None:
        """Add data to the task's details, for example the problems that the task found."""
        with self._context.database.write() as session:
            service.add_details(session, **self._task, details=details)


Handler = Callable[[AppContext, str, Progress], None]
"""Does the work of one kind of task on a subject. A repeated call continues after the finished steps."""


class TaskRunner:
    """Claims background tasks and runs the tasks' handlers, until the runner is stopped."""

    def __init__(self, context: AppContext, handlers: Mapping[TaskKind, Handler]) -> None:
        self._context = context
        self._handlers = handlers
        self._stopping = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run tasks in a background thread until the `with` block ends.

        When the block ends, the running task is stopped and released. After the next start, the server
        continues the task.
        """
        thread = threading.Thread(target=self._run, name="tasks")
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()

    def run_waiting(self) -> int:
        """Run all tasks that are ready; return the number of tasks that were run.

        Tests call `run_waiting`; the server calls `running`.
        """
        count = 0
        while self._run_one():
            count += 1
        return count

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                while not self._stopping.is_set() and self._run_one():
                    pass
            except Exception:
                # The database may be unavailable for a moment; the next poll tries again.
                log.exception("claiming background tasks failed")
            self._stopping.wait(POLL_S)

    def _run_one(self) -> bool:
        database = self._context.database
        with database.read() as session:
            if not service.is_waiting(session, now=utc_now()):
                return False
        with database.write() as session:
            task = service.claim(session, now=utc_now())
            if task is None:
                return False
            task_id, attempt, kind, subject = task.id, task.attempt, task.kind, task.subject
        held = {"task_id": task_id, "attempt": attempt}
        progress = Progress(self._context, task_id, attempt, self._stopping)
        try:
            self._handlers[kind](self._context, subject, progress)
        except TaskStopped:
            with database.write() as session:
                service.release(session, **held, ready_at=utc_now(), problem=None)
            return True
        except TaskRepeats as repeat:
            with database.write() as session:
                service.release(session, **held, ready_at=repeat.ready_at, problem=repeat.problem)
            return True
        except Exception as error:
            is_final = isinstance(error, TaskFailed)
            # TaskFailed explains a failure in its message. Other exceptions are bugs or faults of the
            # machine, so their traceback is logged.
            log.warning(
                "task failed",
                exc_info=None if is_final else error,
                extra={"fields": {"task": task_id, "kind": kind.value, "subject": subject}},
            )
            message = str(error) if is_final else "An unexpected error; see the server log."
            with database.write() as session:
                service.fail(session, **held, error=message, is_final=is_final, now=utc_now())
            return True
        with database.write() as session:
            service.finish(session, **held, now=utc_now())
        return True
