"""`ti2v submission make-gold` and `gold` create gold questions from the clips of a submission."""

import pytest

from app.context import AppContext
from app.server import TASK_HANDLERS
from app.tasks.runner import TaskRunner
from tests.app.cli.outcome import Run
from tests.cast import Cast


def test_the_command_line_makes_and_confirms(
    cast: Cast, context: AppContext, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TI2V_HOME", str(context.settings.home))
    queued = run("submission", "make-gold", "motif", "--count", "1", "--kind", "reversed")
    assert queued.code == 0, queued.err
    TaskRunner(context, TASK_HANDLERS).run_waiting()
    pair = run("submission", "gold", "motif").out.splitlines()[1].split()[0]

    confirmed = run("submission", "gold", "motif", "--confirm", pair)
    wrong = run("submission", "gold", "motif", "--discard", "--confirm", pair)
    discarded = run("submission", "gold", "motif", "--discard", "--format", "json")

    assert confirmed.out.splitlines()[1].split()[:3] == [pair, "reversed", "confirmed"]
    assert wrong.code == 2
    assert '"clips": []' in discarded.out
