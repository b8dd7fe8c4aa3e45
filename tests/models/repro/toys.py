"""A run of the grid at toy size: one image of the held-out benchmark, and a narrow network."""

from collections.abc import Mapping

from benchmark.repro.paper_settings import Setting
from models.repro.run import Outcome, RunFolders, complete_run
from models.repro.run_configs import Run, setting_config
from models.training.config_io import parse_config
from tests.models.self_kill import kill_this_process_after

TOY: Mapping[str, Mapping[str, object]] = {
    "data": {"held_out_images": 1},
    "tiny": {"channels": [8, 8], "groups": 4, "head_dim": 4, "text_channels": 8},
    "optimiser": {"steps": 6, "batch_size": 2, "warmup_steps": 1},
    "run": {"checkpoint_every": 2},
    "validation": {"clips": 1, "timesteps": [500], "samples": 0, "sampling_steps": 1, "guidance": 1.0},
}


def toy_run(setting: Setting = Setting.REFERENCE, seed: int = 0, **changes: Mapping[str, object]) -> Run:
    """Return a run of toy size; `optimiser={"steps": 2}` overrides one setting of a section."""
    tree = setting_config(setting).model_dump(mode="json")
    for settings in (TOY, changes):
        for section, values in settings.items():
            tree[section] |= values
    return Run(setting, seed, parse_config(tree | {"seed": seed}, setting))


def run_until_killed(run: Run, folders: RunFolders) -> Outcome:
    """Complete a run; SIGKILL ends this process once it has written the first checkpoint."""
    kill_this_process_after(folders.runs / run.name / "checkpoints", "step-000002")
    return complete_run(run, folders)
