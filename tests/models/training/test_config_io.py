"""Configs: shipped configs, inheritance, and errors in settings."""

import tomllib
from pathlib import Path

import pytest

from models.motion.settings import HeatmapSettings
from models.training.config_io import read_config, settings_by_name, shipped_configs, to_toml, with_overrides
from models.training.errors import BadConfig
from tests.models.training.toys import toy_config, write_toml

ABLATIONS = {
    "without": ("paper", {"loss.motion_focal_weight": 0.0}),
    "inverse": ("paper", {"heatmap.inverse": True}),
    "sam": ("paper", {"heatmap.source": "sam"}),
    "lambda-0.5": ("paper", {"loss.motion_focal_weight": 0.5}),
    "lambda-2": ("paper", {"loss.motion_focal_weight": 2.0}),
    "lambda-5": ("paper", {"loss.motion_focal_weight": 5.0}),
    # Table 3 compares runs without the motion focal loss.
    "cx-attn": ("without", {"network.conditioning": "cx-attn"}),
    "both": ("without", {"network.conditioning": "both"}),
    "tiny-without": ("tiny", {"loss.motion_focal_weight": 0.0}),
}
SHIPPED = {path.stem: path for path in shipped_configs()}


def differences(one: str, other: str) -> dict[str, object]:
    ours, theirs = (settings_by_name(read_config(SHIPPED[name])) for name in (one, other))
    return {key: value for key, value in ours.items() if value != theirs[key] and key != "name"}


def test_every_run_of_the_paper_has_a_config() -> None:
    assert set(SHIPPED) == {*ABLATIONS, "paper", "tiny"}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_shipped_configs_load(name: str) -> None:
    assert read_config(SHIPPED[name]).name == name


@pytest.mark.parametrize("name", sorted(ABLATIONS))
def test_an_ablation_differs_in_exactly_one_setting(name: str) -> None:
    base, difference = ABLATIONS[name]
    assert differences(name, base) == difference


def test_the_paper_config_has_the_reported_values() -> None:
    run = read_config(SHIPPED["paper"])
    assert (run.data.frames, run.data.height, run.data.width) == (16, 320, 512)
    assert (run.optimiser.learning_rate, run.optimiser.batch_size, run.optimiser.steps) == (5e-5, 64, 32_000)
    assert (run.optimiser.text_dropout, run.loss.motion_focal_weight) == (0.1, 1.0)
    assert (run.noise.prediction_type, run.network.conditioning) == ("v_prediction", "x-cat")
    assert (run.heatmap.threshold, run.heatmap.slope) == (0.05, 100.0)
    assert run.heatmap.flow == "raft-large"
    assert len(run.data.strides) > 1


def test_the_paper_config_lists_every_heatmap_setting() -> None:
    written = tomllib.loads(SHIPPED["paper"].read_text(encoding="utf-8"))["heatmap"]
    assert {key: written.get(key) for key in HeatmapSettings.model_fields} == HeatmapSettings().model_dump(
        mode="json"
    )


def test_an_unknown_key_is_reported_with_the_closest_valid_key(tmp_path: Path) -> None:
    path = write_toml(tmp_path, 'base = "base.toml"\noptimiser.learning_rat = 1')
    write_toml(tmp_path, to_toml(toy_config()), "base.toml")
    with pytest.raises(
        BadConfig,
        match=r"unknown setting 'optimiser.learning_rat'; did you mean 'optimiser.learning_rate'",
    ):
        read_config(path)


def test_an_unknown_section_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="unknown setting 'optimizer'; did you mean 'optimiser'"):
        read_config(write_toml(tmp_path, "[optimizer]\nsteps = 1"))


def test_an_invalid_value_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"optimiser.steps: Input should be greater than 0"):
        read_config(write_toml(tmp_path, to_toml(toy_config()).replace("steps = 4", "steps = 0")))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("validation.timesteps = []", r"validation.timesteps: Tuple should have at least 1 item"),
        ("optimiser.beta1 = 1.0", r"optimiser.beta1: Input should be less than 1"),
        ("noise.beta_end = 1.5", r"noise.beta_end: Input should be less than 1"),
        ("loss.motion_focal_weight = inf", r"loss.motion_focal_weight: Input should be a finite number"),
        ("seed = 9223372036854775808", r"seed: Input should be less than 9223372036854775808"),
        ("data.frames = true", r"data: frames must be a number, not true or false"),
        ('name = "../elsewhere"', r"name: String should match pattern"),
        (
            'heatmap.flow = "dis"',
            r"heatmap.flow: unknown optical flow 'dis'; expected one of exact, dis-ultra",
        ),
        (
            'noise.prediction_type = "epsilon"\nnoise.zero_terminal_snr = true',
            r"set noise.prediction_type to 'v_prediction' or 'sample'",
        ),
    ],
)
def test_invalid_settings_are_refused_when_the_config_is_read(
    line: str, message: str, tmp_path: Path
) -> None:
    write_toml(tmp_path, to_toml(toy_config()), "base.toml")
    with pytest.raises(BadConfig, match=message):
        read_config(write_toml(tmp_path, f'base = "base.toml"\n{line}'))


def test_exact_flow_of_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"heatmap.flow 'exact' exists for clips of the scene engine only"):
        toy_config(data={"source": "folder", "folder": str(tmp_path)})


def test_a_config_that_is_its_own_base_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="the config is its own base"):
        read_config(write_toml(tmp_path, 'base = "run.toml"'))


def test_a_missing_config_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"none\.toml: there is no such config"):
        read_config(tmp_path / "none.toml")


def test_invalid_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"run\.toml: the file is not valid TOML"):
        read_config(write_toml(tmp_path, "steps 4"))


def test_writing_and_reading_a_config_is_lossless(tmp_path: Path) -> None:
    config = read_config(SHIPPED["paper"])
    assert read_config(write_toml(tmp_path, to_toml(config))) == config


def test_seed_and_steps_can_be_overridden() -> None:
    config = with_overrides(toy_config(), seed=7, steps=9)
    assert (config.seed, config.optimiser.steps) == (7, 9)
