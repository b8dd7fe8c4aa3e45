"""Configs of the grid: each changes one setting; data and noise are the same; unknown names are refused."""

import pytest
import torch
from click.testing import CliRunner

from benchmark.repro.paper_results import PAPER_ROWS, PaperRow
from benchmark.repro.paper_settings import Setting
from benchmark.scenes.sprites import RETEST_SPRITES, held_out_clips
from models.cli.repro import run as run_command
from models.repro.run_configs import chosen_runs, grid, result_key, setting_config
from models.training.batches import create_batch_builder
from models.training.config_io import settings_by_name
from models.training.data_settings import SPRITE_IMAGES
from models.training.datasets import clip_sources
from models.training.errors import BadConfig
from models.training.networks import create_pipeline
from models.training.sampling import BatchItem
from models.training.sprite_dataset import held_out_sprites, sprite_dataset
from tests.models.repro.toys import toy_run
from tests.models.training.toys import toy_config


@pytest.mark.parametrize("row", PAPER_ROWS, ids=lambda row: row.name)
def test_the_two_sides_of_a_row_differ_in_one_setting(row: PaperRow) -> None:
    left, right = (settings_by_name(setting_config(side)) for side in (row.reference, row.other))

    assert len([name for name in left if left[name] != right[name] and name != "name"]) == 1


def test_the_grid_has_every_setting_with_every_seed_and_table_2_first() -> None:
    runs = grid(5)

    assert len({run.name for run in runs}) == len(runs) == 45
    assert [run.name for run in runs[:4]] == ["reference-0", "without-0", "inverse-0", "reference-1"]
    assert len({result_key(run.config) for run in runs}) == len(Setting)


@pytest.mark.parametrize(
    ("setting", "changes", "is_same"),
    [
        (Setting.REFERENCE, {"run": {"checkpoint_every": 7, "cpu_threads": 2}}, True),
        (Setting.REFERENCE, {"validation": {"samples": 3}}, True),
        (Setting.REFERENCE, {"network": {"image_encoder": "another"}}, True),
        (Setting.BOTH, {"network": {"image_encoder": "another"}}, False),
        (Setting.REFERENCE, {"run": {"half_weights": False}}, False),
        (Setting.REFERENCE, {"run": {"precision": "bf16"}}, False),
        (Setting.REFERENCE, {"validation": {"guidance": 2.0}}, False),
        (Setting.REFERENCE, {"optimiser": {"steps": 7}}, False),
    ],
    ids=str,
)
def test_the_key_of_a_result_depends_only_on_settings_that_change_the_result(
    setting: Setting, changes: dict[str, dict[str, object]], is_same: bool
) -> None:
    keys = [result_key(run.config) for run in (toy_run(setting), toy_run(setting, **changes))]

    assert (keys[0] == keys[1]) is is_same


def test_runs_are_chosen_by_setting_or_by_name() -> None:
    names = [run.name for run in chosen_runs(["lambda-2", "both-1"], 2)]

    assert names == ["lambda-2-0", "both-1", "lambda-2-1"]


def test_an_unknown_run_is_refused_with_the_known_names() -> None:
    result = CliRunner().invoke(run_command, ["reference-7"])

    assert result.exit_code == 2
    assert "unknown run reference-7; expected a setting (reference, without" in result.output


@pytest.mark.parametrize("option", ["processes", "minutes"])
def test_options_that_ray_would_ignore_are_refused(option: str) -> None:
    result = CliRunner().invoke(run_command, [f"--{option}", "3", "--ray-address", "127.0.0.1:1"])

    assert result.exit_code == 2
    assert f"--{option} has no effect with --ray-address" in result.output


def test_all_settings_see_the_same_noisy_clips_and_only_the_weights_of_the_loss_differ() -> None:
    batches = {}
    for setting in Setting:
        config = toy_run(setting).config
        pipeline = create_pipeline(config, [])
        dataset = sprite_dataset(config, pipeline)
        builder = create_batch_builder(pipeline, dataset, device=torch.device("cpu"))
        batches[setting] = builder.build([BatchItem(clip, 500, 7, False) for clip in (1, 2)])
    reference = batches[Setting.REFERENCE]
    for batch in batches.values():
        assert torch.equal(batch.noisy, reference.noisy)
        assert torch.equal(batch.text, reference.text)
        assert torch.equal(batch.region, reference.region)

    inverse, segments = batches[Setting.INVERSE].heatmap, batches[Setting.SEGMENTS].heatmap
    torch.testing.assert_close(inverse + reference.heatmap, torch.ones_like(inverse))
    # Segments are those of the first frame, in every frame; the flow follows the object.
    assert torch.equal(segments[:, :, 0], segments[:, :, -1])
    assert not torch.equal(reference.heatmap[:, :, 0], reference.heatmap[:, :, -1])
    assert batches[Setting.CX_ATTN].image_latents is None
    for setting in (Setting.CX_ATTN, Setting.BOTH):
        assert batches[setting].image_tokens.shape == (2, 65, 64)


def test_frames_that_are_too_small_for_sprites_are_refused() -> None:
    config = toy_run(data={"static_share": 0.8, "height": 8, "width": 8}).config

    with pytest.raises(BadConfig, match="expected a side of at least 16"):
        held_out_sprites(config.data)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"width": 64}, "data: height 32 and width 64: sprites need square frames"),
        (
            {"held_out_images": 25},
            "held_out_images is 25, but the held-out benchmark of sprites has 24 images",
        ),
        ({"prepared": "shards"}, "leave out prepared, strides and windows"),
        ({"strides": [2]}, "leave out prepared, strides and windows"),
        ({"windows": 2}, "leave out prepared, strides and windows"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_data_settings_that_sprites_do_not_have_are_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(BadConfig, match=problem):
        toy_run(data=changes)


def test_the_held_out_benchmark_has_the_largest_number_of_images() -> None:
    assert len({clip.image_id for clip in held_out_clips()}) == SPRITE_IMAGES


def test_true_masks_exist_for_sprites_only() -> None:
    with pytest.raises(BadConfig, match=r"heatmap\.source 'masks' exists for sprites only"):
        toy_config(heatmap={"source": "masks"})


def test_sprites_are_not_prepared() -> None:
    with pytest.raises(BadConfig, match="training renders sprites when it needs them; do not prepare them"):
        clip_sources(toy_run().config.data)


def test_an_autoencoder_with_other_channels_is_refused() -> None:
    with pytest.raises(BadConfig, match="latent_channels is 4, but sprite-autoencoder has 8"):
        create_pipeline(toy_run(tiny={"latent_channels": 4}).config, [])


def test_an_image_encoder_that_does_not_exist_is_refused() -> None:
    run = toy_run(Setting.BOTH, network={"image_encoder": "no/such/folder"})
    with pytest.raises(BadConfig, match=r"network\.image_encoder: no/such/folder cannot be loaded"):
        create_pipeline(run.config, [])


def test_the_grid_measures_the_held_out_clips_that_the_service_knows() -> None:
    """The export, the contact sheet and the workers use RETEST_SPRITES."""
    of_grid = held_out_sprites(setting_config(Setting.REFERENCE).data)
    assert [(one.pair_id, one.prompt, one.frames.tobytes()) for one in of_grid] == [
        (one.pair_id, one.prompt, one.frames.tobytes()) for one in held_out_clips(RETEST_SPRITES)
    ]
