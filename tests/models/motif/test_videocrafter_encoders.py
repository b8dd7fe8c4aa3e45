"""The encoders inside a VideoCrafter2 checkpoint, at toy size."""

from collections.abc import Iterator

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from models.motif.checkpoints import CheckpointError
from models.motif.videocrafter_encoders import read_autoencoder, read_text_encoder

LEVELS, LAYERS = 3, 2


def toy_vae() -> AutoencoderKL:
    torch.manual_seed(0)
    vae: AutoencoderKL = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * LEVELS,
        up_block_types=("UpDecoderBlock2D",) * LEVELS,
        block_out_channels=(32, 32, 64),
        layers_per_block=LAYERS,
    )
    return vae


def vae_names() -> Iterator[tuple[str, str]]:
    """Yield the modules of diffusers' autoencoder and their names in latent diffusion."""
    yield from ((name, name) for name in ("quant_conv", "post_quant_conv"))
    for half, blocks, count, sampler, their in (
        ("encoder", "down_blocks", LAYERS, "downsamplers", "down"),
        ("decoder", "up_blocks", LAYERS + 1, "upsamplers", "up"),
    ):
        yield from ((f"{half}.{name}", f"{half}.{name}") for name in ("conv_in", "conv_out"))
        yield f"{half}.conv_norm_out", f"{half}.norm_out"
        for level in range(LEVELS):
            ours = f"{half}.{blocks}.{level}"
            theirs = f"{half}.{their}.{level if their == 'down' else LEVELS - 1 - level}"
            for layer in range(count):
                yield from resnet(f"{ours}.resnets.{layer}", f"{theirs}.block.{layer}")
            yield f"{ours}.{sampler}.0.conv", f"{theirs}.{their}sample.conv"
        for layer in range(2):
            yield from resnet(f"{half}.mid_block.resnets.{layer}", f"{half}.mid.block_{layer + 1}")
        attention = f"{half}.mid_block.attentions.0"
        for ours, theirs in zip(
            ("group_norm", "to_q", "to_k", "to_v", "to_out.0"),
            ("norm", "q", "k", "v", "proj_out"),
            strict=True,
        ):
            yield f"{attention}.{ours}", f"{half}.mid.attn_1.{theirs}"


def resnet(ours: str, theirs: str) -> Iterator[tuple[str, str]]:
    yield f"{ours}.conv_shortcut", f"{theirs}.nin_shortcut"
    yield from ((f"{ours}.{name}", f"{theirs}.{name}") for name in ("norm1", "conv1", "norm2", "conv2"))


def vae_state(vae: AutoencoderKL) -> dict[str, Tensor]:
    names = dict(vae_names())
    state = {}
    for name, tensor in vae.state_dict().items():
        module, _, kind = name.rpartition(".")
        theirs = f"first_stage_model.{names[module]}.{kind}"
        # The attention of latent diffusion projects with convolutions.
        is_projection = "attn_1" in theirs and "norm" not in theirs and kind == "weight"
        state[theirs] = tensor[:, :, None, None] if is_projection else tensor
    return state


def toy_text_encoder(layers: int) -> CLIPTextModel:
    torch.manual_seed(1)
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=20,
            hidden_size=64,
            intermediate_size=96,
            num_hidden_layers=layers,
            num_attention_heads=1,
            max_position_embeddings=7,
            hidden_act="gelu",
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=2,
        )
    ).eval()


def text_state(encoder: CLIPTextModel) -> dict[str, Tensor]:
    own = encoder.state_dict()
    prefix = "cond_stage_model.model."
    state = {
        f"{prefix}positional_embedding": own["embeddings.position_embedding.weight"],
        f"{prefix}token_embedding.weight": own["embeddings.token_embedding.weight"],
        f"{prefix}text_projection": torch.randn(64, 64),
        f"{prefix}logit_scale": torch.tensor(1.0),
    }
    for kind in ("weight", "bias"):
        state[f"{prefix}ln_final.{kind}"] = own[f"final_layer_norm.{kind}"]
        for layer in range(encoder.config.num_hidden_layers):
            ours, theirs = f"encoder.layers.{layer}", f"{prefix}transformer.resblocks.{layer}"
            parts = [own[f"{ours}.self_attn.{name}_proj.{kind}"] for name in "qkv"]
            state[f"{theirs}.attn.in_proj_{kind}"] = torch.cat(parts)
            state[f"{theirs}.attn.out_proj.{kind}"] = own[f"{ours}.self_attn.out_proj.{kind}"]
            for name, there in (
                ("layer_norm1", "ln_1"),
                ("layer_norm2", "ln_2"),
                ("mlp.fc1", "mlp.c_fc"),
                ("mlp.fc2", "mlp.c_proj"),
            ):
                state[f"{theirs}.{there}.{kind}"] = own[f"{ours}.{name}.{kind}"]
    return state


@torch.no_grad()
def test_the_autoencoder_is_read_exactly() -> None:
    vae = toy_vae()

    read = read_autoencoder(vae_state(vae), "toy.ckpt")

    pixels = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    assert torch.equal(read.encode(pixels).latent_dist.mode(), vae.encode(pixels).latent_dist.mode())
    latents = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(read.decode(latents).sample, vae.decode(latents).sample)
    assert read.config.scaling_factor == 0.18215


@torch.no_grad()
def test_the_text_encoder_is_read_without_its_last_layer() -> None:
    encoder = toy_text_encoder(3)

    read = read_text_encoder(text_state(encoder), "toy.ckpt").eval()

    tokens = torch.tensor([[0, 5, 6, 1, 2, 2, 2]])
    penultimate = encoder(tokens, output_hidden_states=True).hidden_states[-2]
    expected = encoder.final_layer_norm(penultimate)
    torch.testing.assert_close(read(tokens).last_hidden_state, expected)


def test_a_checkpoint_without_encoders_is_named() -> None:
    with pytest.raises(CheckpointError, match=r"toy\.ckpt: no autoencoder"):
        read_autoencoder({}, "toy.ckpt")
    with pytest.raises(CheckpointError, match=r"toy\.ckpt: no text encoder"):
        read_text_encoder({}, "toy.ckpt")


def test_a_missing_tensor_is_named() -> None:
    state = vae_state(toy_vae())
    del state["first_stage_model.decoder.up.0.block.1.conv1.bias"]

    with pytest.raises(CheckpointError, match="1 missing"):
        read_autoencoder(state, "toy.ckpt")
