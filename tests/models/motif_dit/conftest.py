"""A run of the research code at toy size, shared by the tests of this folder."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from models.motif_dit.config import DitConfig
from models.motif_dit.run import DitResult, run_dit_training


@dataclass(frozen=True)
class DitRun:
    config: DitConfig
    folder: Path
    result: DitResult


def toy(**changes: dict[str, object]) -> DitConfig:
    """Return the config of a toy run; `steps={"steps": 6}` overrides one setting of a section."""
    sections: dict[str, dict[str, object]] = {
        "data": {
            "source": "scenes",
            "scenarios": ["kites"],
            "images": 1,
            "held_out_images": 1,
            "frames": 5,
            "height": 64,
            "width": 64,
        },
        "transformer": {"layers": 1, "heads": 2, "head_dim": 12, "latent_channels": 4, "base_steps": 2},
        "lora": {"rank": 4, "alpha": 8},
        "heatmap": {"flow": "exact", "last_frame": "repeat"},
        "steps": {"steps": 3, "batch_size": 2, "learning_rate": 1e-2},
        "measurement": {"clips": 4, "sigmas": [0.5], "region_above": 0.02},
    }
    merged = {name: settings | changes.get(name, {}) for name, settings in sections.items()}
    return DitConfig.model_validate({"name": "toy", "loss": changes.get("loss", {}), **merged})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> DitRun:
    config, folder = toy(), tmp_path_factory.mktemp("run")
    return DitRun(config, folder, run_dit_training(config, folder))
