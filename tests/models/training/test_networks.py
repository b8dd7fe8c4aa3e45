"""The initial networks of a run: text-to-video weights, saved pipelines, image encoders, SAM."""

from pathlib import Path

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_3d_condition import UNet3DConditionModel
from transformers import CLIPVisionConfig, CLIPVisionModel
from transformers.models.clip import CLIPImageProcessorPil

from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.toy_text_encoder import random_text_encoder, scene_vocabulary, word_tokenizer
from models.training.errors import BadConfig
from models.training.networks import create_pipeline
from models.training.run import run_training
from tests.models.motif.tiny import toy_pipeline
from tests.models.motion.test_segments import SIDE, toy_sam
from tests.models.training.toys import toy_config

ONE_STEP = {"steps": 1, "batch_size": 1}
TEXT_CHANNELS = 8


@pytest.fixture(scope="module")
def text_to_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text-to-video model in diffusers' layout, like ModelScope's, with random weights."""
    folder = tmp_path_factory.mktemp("modelscope")
    torch.manual_seed(0)
    UNet3DConditionModel(
        in_channels=4,
        out_channels=4,
        down_block_types=("CrossAttnDownBlock3D", "DownBlock3D"),
        up_block_types=("UpBlock3D", "CrossAttnUpBlock3D"),
        block_out_channels=(8, 16),
        layers_per_block=1,
        norm_num_groups=4,
        attention_head_dim=4,
        cross_attention_dim=TEXT_CHANNELS,
    ).save_pretrained(folder / "unet")
    levels = 4  # latents have an eighth of the side, as in the full-size model
    AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        block_out_channels=(4,) * levels,
        norm_num_groups=4,
        latent_channels=4,
    ).save_pretrained(folder / "vae")
    tokenizer = word_tokenizer(scene_vocabulary())
    tokenizer.save_pretrained(folder / "tokenizer")
    random_text_encoder(tokenizer, seed=0, channels=TEXT_CHANNELS).save_pretrained(folder / "text_encoder")
    return folder


@pytest.fixture(scope="module")
def image_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vision model with the tokens that the network expects: 257 tokens with 1280 channels."""
    folder = tmp_path_factory.mktemp("vision")
    CLIPVisionModel(
        CLIPVisionConfig(
            hidden_size=1280,
            intermediate_size=8,
            num_hidden_layers=1,
            num_attention_heads=1,
            image_size=32,
            patch_size=2,  # 16 x 16 patches and the class token
        )
    ).save_pretrained(folder)
    CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(
        folder
    )
    return folder


def test_training_can_start_from_text_to_video_weights(text_to_video: Path, tmp_path: Path) -> None:
    network = {"kind": "modelscope", "path": str(text_to_video)}
    config = toy_config(network=network, optimiser=ONE_STEP, data={"images": 1, "held_out_images": 0})
    result = run_training(config, tmp_path / "run", tmp_path / "cache")
    assert result.steps_done == 1


def test_training_with_image_tokens(text_to_video: Path, image_encoder: Path, tmp_path: Path) -> None:
    network = {
        "kind": "modelscope",
        "path": str(text_to_video),
        "conditioning": "cx-attn",
        "image_encoder": str(image_encoder),
    }
    config = toy_config(network=network, optimiser=ONE_STEP, data={"images": 1, "held_out_images": 0})
    assert run_training(config, tmp_path / "run", tmp_path / "cache").steps_done == 1


def test_training_with_segments_of_sam(tmp_path: Path) -> None:
    from transformers import SamModel
    from transformers.models.sam import SamImageProcessorPil

    square = {"height": SIDE, "width": SIDE}
    edge = {"longest_edge": SIDE}
    SamModel(toy_sam()).save_pretrained(tmp_path / "sam")
    processor = SamImageProcessorPil(size=edge, pad_size=square, mask_size=edge, mask_pad_size=square)
    processor.save_pretrained(tmp_path / "sam")
    heatmap = {"source": "sam", "sam": str(tmp_path / "sam")}
    config = toy_config(heatmap=heatmap, optimiser=ONE_STEP, data={"images": 1, "held_out_images": 0})
    assert run_training(config, tmp_path / "run", tmp_path / "cache").steps_done == 1


def test_training_can_start_from_a_saved_pipeline_with_another_clip_shape(tmp_path: Path) -> None:
    toy_pipeline(size=32, num_frames=4).save_pretrained(tmp_path / "pipeline")
    network = {"kind": "pipeline", "path": str(tmp_path / "pipeline")}
    data = {"images": 1, "held_out_images": 1, "frames": 6, "fps": 12}
    config = toy_config(network=network, optimiser=ONE_STEP, data=data, validation={"samples": 1})
    run_training(config, tmp_path / "run", tmp_path / "cache")
    exported = MotifImageToVideoPipeline.from_pretrained(tmp_path / "run" / "pipeline").config
    assert [exported[name] for name in ("height", "width", "num_frames", "fps")] == [64, 64, 6, 12]


def test_a_size_that_the_network_does_not_support_is_refused_before_the_first_clip(tmp_path: Path) -> None:
    config = toy_config(data={"height": 72})
    with pytest.raises(BadConfig, match=r"data.height 72 and data.width 64 give latents of 9x8; .* of 2"):
        run_training(config, tmp_path / "run", tmp_path / "cache")
    assert not list(tmp_path.rglob("latents"))


def test_a_pipeline_with_another_conditioning_is_refused(tmp_path: Path) -> None:
    toy_pipeline(size=64, num_frames=4).save_pretrained(tmp_path / "pipeline")
    network = {
        "kind": "pipeline",
        "path": str(tmp_path / "pipeline"),
        "conditioning": "both",
        "image_encoder": "x",
    }
    with pytest.raises(BadConfig, match=r"network\.conditioning is 'both', but .* has 'x-cat'"):
        create_pipeline(toy_config(network=network), [])


@pytest.mark.parametrize("kind", ["videocrafter2", "modelscope", "pipeline"])
def test_missing_weights_are_named(kind: str, tmp_path: Path) -> None:
    network = {"kind": kind, "path": str(tmp_path / "none.ckpt"), "companions": str(tmp_path)}
    with pytest.raises(BadConfig, match=r"none\.ckpt"):
        create_pipeline(toy_config(network=network), [])
