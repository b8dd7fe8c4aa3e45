"""A short run: only the LoRA is trained, and its file changes a fresh transformer in the same way."""

import json
from pathlib import Path

import pytest
import torch

from models.motif_dit.config import DitConfig, read_dit_config
from models.motif_dit.encoded_clips import encode_clips
from models.motif_dit.networks import add_lora, create_dit_pipeline
from models.motif_dit.run import measure, run_dit_training
from models.training.clip_sources import broken_clip
from models.training.datasets import clip_sources
from models.training.errors import BadConfig, NoClips
from tests.models.motif_dit.conftest import DitRun, toy


def test_a_run_writes_its_settings_losses_lora_and_measurement(run: DitRun) -> None:
    log = [json.loads(line) for line in (run.folder / "log.jsonl").read_text().splitlines()]

    assert [line["step"] for line in log] == [1, 2, 3]
    assert [line["loss"] for line in log] == run.result.losses
    for line in log:
        assert line["loss"] == pytest.approx(line["diffusion"] + line["motion_focal"], rel=1e-5)
    assert read_dit_config(str(run.folder / "config.toml")) == run.config
    assert [row.timestep for row in run.result.figure6] == [500]
    assert (run.folder / "figure6.csv").read_text().startswith("timestep,inside,overall,ratio")


def test_a_lora_of_a_saved_pipeline_trains_and_loads_again(tmp_path: Path) -> None:
    pipeline = create_dit_pipeline(toy())
    pipeline.save_pretrained(tmp_path / "weights", safe_serialization=True)
    config = toy(transformer={"path": str(tmp_path / "weights")}, steps={"steps": 2})

    result = run_dit_training(config, tmp_path / "run")

    again = create_dit_pipeline(config)
    for name, weight in again.transformer.named_parameters():
        torch.testing.assert_close(weight, pipeline.transformer.get_parameter(name))
    dataset = encode_clips(again, config, clip_sources(config.data))
    plain = measure(again.transformer, dataset, config.measurement)
    again.load_lora_weights(tmp_path / "run" / "lora")
    assert measure(again.transformer, dataset, config.measurement) == pytest.approx(result.figure6)
    assert plain != result.figure6


def test_a_lora_changes_nothing_at_first_and_is_all_that_is_trained() -> None:
    transformer = create_dit_pipeline(toy()).transformer
    inputs = {
        "hidden_states": torch.ones(1, 4, 2, 4, 4),
        "timestep": torch.ones(1, 8),
        "encoder_hidden_states": torch.ones(1, 3, 32),
    }
    with torch.no_grad():
        before = transformer(**inputs).sample
        weights = add_lora(transformer, toy().lora)
        after = transformer(**inputs).sample

    torch.testing.assert_close(after, before, rtol=0, atol=0)
    # 8 layers (4 of self-attention, 4 of cross-attention) of 24 channels, two matrices of rank 4.
    assert sum(weight.numel() for weight in weights) == 6 * 2 * 4 * 24 + 2 * 4 * (24 + 24)


def test_an_inverse_heatmap_does_not_change_the_measured_regions() -> None:
    measured = []
    for inverse in (False, True):
        config = toy(heatmap={"inverse": inverse})
        pipeline = create_dit_pipeline(config)
        dataset = encode_clips(pipeline, config, clip_sources(config.data))
        measured.append(measure(pipeline.transformer, dataset, config.measurement))

    assert measured[0] == measured[1] != []


def test_a_seed_that_torch_does_not_accept_is_refused() -> None:
    with pytest.raises(BadConfig, match="seed: Input should be less than"):
        read_dit_config("wan-tiny", seed=2**63)


@pytest.mark.parametrize("name", ["wan-tiny", "wan-tiny-without", "wan-ti2v-5b"])
def test_shipped_configs_load(name: str) -> None:
    config = read_dit_config(name)

    assert config.name == name
    assert config.loss.motion_focal_weight == (0.0 if name.endswith("without") else 1.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": {"frames": 16}}, r"data.frames 16 must be a multiple of 4, plus 1, such as 17"),
        ({"data": {"height": 40}}, "must be multiples of 32"),
        ({"data": {"source": "sprites"}}, "data.source 'sprites' is for `ti2v train`"),
        ({"data": {"prepared": "shards"}}, "data.prepared is for `ti2v train`"),
        ({"transformer": {"head_dim": 13}}, "multiple of 2"),
        ({"steps": {"shift": 0}}, "greater than 0"),
    ],
)
def test_wrong_settings_are_refused(changes: dict[str, dict[str, object]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        toy(**changes)


def test_an_unknown_layer_of_the_lora_is_refused() -> None:
    settings = toy(lora={"layers": ["to_w"]}).lora

    with pytest.raises(BadConfig, match=r"lora.layers: the transformer has no layer to_w"):
        add_lora(create_dit_pipeline(toy()).transformer, settings)


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"transformer.path: no pipeline of Wan can be loaded from"):
        create_dit_pipeline(toy(transformer={"path": str(tmp_path)}))
    other = create_dit_pipeline(toy())
    other.register_to_config(expand_timesteps=False)
    other.save_pretrained(tmp_path / "wan-2.1", safe_serialization=True)

    with pytest.raises(BadConfig, match=r"is not Wan2\.2-TI2V-5B"):
        create_dit_pipeline(toy(transformer={"path": str(tmp_path / "wan-2.1")}))


def test_a_run_without_a_usable_clip_is_refused() -> None:
    config: DitConfig = toy()

    with pytest.raises(NoClips, match="None of the 1 clips is usable"):
        encode_clips(create_dit_pipeline(config), config, [broken_clip("gone", "The file is missing.")])
