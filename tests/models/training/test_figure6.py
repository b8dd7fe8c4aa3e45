"""Figure 6, compared with hand-computed values."""

import csv
from pathlib import Path

import pytest
import torch

from models.training.compare_runs import comparison_table
from models.training.figure6 import RegionLoss, mean_ratio, region_loss, region_losses
from models.training.figure6_files import plot_region_losses, write_region_losses
from tests.models.training.toys import open_setup, toy_config

ROWS = [RegionLoss(100, 3.0, 1.5), RegionLoss(900, 1.0, 1.0)]


def test_the_ratio_is_the_mean_inside_divided_by_the_overall_mean() -> None:
    errors = torch.tensor([[1.0, 1.0], [4.0, 2.0]]).reshape(1, 1, 1, 2, 2)
    region = torch.tensor([[False, False], [True, True]]).reshape(1, 1, 1, 2, 2)
    # inside (4 + 2) / 2 = 3; overall (1 + 1 + 4 + 2) / 4 = 2
    assert region_loss(500, errors, region) == RegionLoss(500, 3.0, 2.0)
    assert region_loss(500, errors, region).ratio == 1.5


def test_positions_of_all_clips_have_equal_weight() -> None:
    errors = torch.tensor([1.0, 1.0, 5.0, 5.0]).reshape(2, 1, 1, 1, 2)
    region = torch.tensor([True, False, True, True]).reshape(2, 1, 1, 1, 2)
    # inside (1 + 5 + 5) / 3, overall 12 / 4
    assert region_loss(0, errors, region).ratio == pytest.approx(11 / 9)


def test_static_clips_have_no_rows(shared_cache: Path) -> None:
    setup = open_setup(toy_config(), shared_cache)
    clips = setup.dataset.held_out
    # No heatmap is above 1.
    rows = region_losses(setup.state.network, setup.batch_builder, clips, timesteps=[100], region_above=1.0)
    assert rows == []


def test_timesteps_have_equal_weight_in_the_mean_ratio() -> None:
    assert mean_ratio(ROWS) == 1.5


def test_the_rows_are_written_as_csv(tmp_path: Path) -> None:
    write_region_losses(tmp_path / "figure6", ROWS)
    with (tmp_path / "figure6.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {"timestep": "100", "inside": "3.0", "overall": "1.5", "ratio": "2.0"}


def test_the_plot_is_reproducible(tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        plot_region_losses(tmp_path / name, {"with": [ROWS, ROWS], "without": [ROWS]})
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_the_table_compares_seed_by_seed() -> None:
    low = [RegionLoss(100, 1.0, 1.0), RegionLoss(900, 2.0, 1.0)]
    table = comparison_table({"with": [low, ROWS], "without": [ROWS, ROWS]})
    assert table.splitlines()[2] == "| 100 | 1.500 (1.000 to 2.000) | 2.000 (2.000 to 2.000) | 1 of 2 |"
    assert table.splitlines()[-1] == "| mean | 1.500 (1.500 to 1.500) | 1.500 (1.500 to 1.500) | 0 of 2 |"
