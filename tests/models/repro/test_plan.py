"""The plan of a grid: hours and pieces, computed from the costs of the runs, and refusals with numbers."""

import pytest

from models.cli.repro import plan, run_command_line
from models.repro.plan import Plan, RunCost, plan_grid, refusals
from tests.models.repro.toys import toy_run

# 50 minutes of training and 10 of generation, 100 MB, measured on half a core.
HOUR = RunCost(3000.0, 600.0, 100_000_000, core_share=0.5)
FIVE = Plan({toy_run(seed=seed): HOUR for seed in range(5)}, processes=2)


def test_runs_share_the_processes() -> None:
    assert FIVE.hours == pytest.approx(3)
    assert FIVE.idle_hours == pytest.approx(1.5)
    assert FIVE.disk_bytes == 500_000_000


def test_pieces_end_within_the_minutes_and_keep_the_order() -> None:
    pieces = FIVE.pieces(minutes=150)

    assert [[run.seed for run in piece] for piece in pieces] == [[0, 1, 2, 3], [4]]
    assert [FIVE.minutes(piece) for piece in pieces] == [pytest.approx(120), pytest.approx(60)]


def test_a_run_that_does_not_fit_into_a_piece_is_an_error() -> None:
    with pytest.raises(ValueError, match="reference-0 takes 60 minutes alone; expected at most 45"):
        FIVE.pieces(minutes=45)


def test_a_grid_that_fits_is_not_refused() -> None:
    assert refusals(FIVE, hours=3, free_bytes=500_000_000) == []


def test_a_grid_larger_than_the_night_or_the_disk_is_refused_with_the_figures() -> None:
    night, disk = refusals(FIVE, hours=2.5, free_bytes=200_000_000)

    assert night.startswith(
        "5 runs take 3.0 hours, 2 at a time (on idle cores about 1.5 hours); the limit is 2.5."
    )
    assert disk.startswith("5 runs write 0.50 GB; 0.20 GB are free.")


def test_the_cost_is_measured_on_this_machine() -> None:
    run = toy_run(optimiser={"steps": 1000})

    cost = plan_grid([run], processes=1).costs[run]

    assert cost.train_s > 1
    assert cost.sample_s > 0
    assert cost.disk_bytes > 100_000
    assert 0 < cost.core_share <= 1


def test_the_printed_commands_repeat_the_given_options() -> None:
    def command(*arguments: str) -> str:
        return run_command_line(plan.make_context("plan", list(arguments)), ["both-0", "both-1"])

    assert command("both", "--minutes", "30") == "ti2v repro run both-0 both-1"
    assert command("--steps", "9", "--seeds", "7", "--output", "my runs", "--processes", "4") == (
        "ti2v repro run both-0 both-1 --seeds 7 --steps 9 --output 'my runs' --processes 4"
    )
