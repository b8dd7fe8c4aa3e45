"""Creates or loads the pipeline of Wan2.2-TI2V-5B, and adds the LoRA to its transformer."""

from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl_wan import AutoencoderKLWan
from diffusers.models.transformers.transformer_wan import WanTransformer3DModel
from diffusers.pipelines.wan.pipeline_wan_i2v import WanImageToVideoPipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from peft import LoraConfig, get_peft_model_state_dict

from models.motif.toy_text_encoder import random_text_encoder, scene_vocabulary, word_tokenizer
from models.motif_dit.config import DitConfig, LoraSettings, TransformerSettings
from models.training.errors import BadConfig

_ADAPTER = "motif"


def create_dit_pipeline(config: DitConfig) -> WanImageToVideoPipeline:
    """Return the pipeline with frozen weights.

    Raises:
        BadConfig: the weights cannot be loaded, or they belong to another model of the Wan family.
    """
    path = config.transformer.path
    if not path:
        return _toy_pipeline(config)
    try:
        pipeline: WanImageToVideoPipeline = WanImageToVideoPipeline.from_pretrained(
            path, local_files_only=True, use_safetensors=True
        )
    except (OSError, ValueError) as error:
        raise BadConfig(f"transformer.path: no pipeline of Wan can be loaded from {path}: {error}") from error
    if not pipeline.config["expand_timesteps"]:
        raise BadConfig(
            f"transformer.path: {path} is not Wan2.2-TI2V-5B. In other models of the Wan family, the first "
            "latent frame is not the image (expand_timesteps is false)."
        )
    _freeze(pipeline)
    return pipeline


def add_lora(transformer: WanTransformer3DModel, settings: LoraSettings) -> list[torch.nn.Parameter]:
    """Add a LoRA to the transformer and return the weights of the LoRA, the only trainable weights.

    At first, the LoRA does not change the outputs of the transformer.

    Raises:
        BadConfig: the transformer has no layer whose name ends with a configured suffix.
    """
    transformer.requires_grad_(False)
    ends = tuple(f".{name}" for name in settings.layers)
    if not any(name.endswith(ends) for name, _ in transformer.named_modules()):
        raise BadConfig(f"lora.layers: the transformer has no layer {', '.join(settings.layers)}.")
    lora = LoraConfig(r=settings.rank, lora_alpha=settings.alpha, target_modules=list(settings.layers))
    transformer.add_adapter(lora, _ADAPTER)
    return [weight for weight in transformer.parameters() if weight.requires_grad]


def save_lora(pipeline: WanImageToVideoPipeline, folder: Path) -> None:
    """Write the LoRA as a safetensors file that the pipeline's `load_lora_weights` can read."""
    transformer = pipeline.transformer
    pipeline.save_lora_weights(
        folder,
        transformer_lora_layers=get_peft_model_state_dict(transformer, adapter_name=_ADAPTER),
        # The metadata holds alpha, which determines the scale of the LoRA.
        transformer_lora_adapter_metadata=transformer.peft_config[_ADAPTER].to_dict(),
    )


def _toy_pipeline(config: DitConfig) -> WanImageToVideoPipeline:
    sizes = config.transformer
    tokenizer = word_tokenizer(scene_vocabulary())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        transformer = _toy_transformer(sizes)
        torch.manual_seed(0)  # all toys have the same autoencoder
        vae = _toy_autoencoder(sizes)
    pipeline = WanImageToVideoPipeline(
        tokenizer=tokenizer,
        text_encoder=random_text_encoder(tokenizer, seed=0, channels=sizes.text_channels),
        vae=vae,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=config.steps.shift),
        transformer=transformer,
        expand_timesteps=True,
    )
    _freeze(pipeline)
    return pipeline


def _toy_transformer(sizes: TransformerSettings) -> WanTransformer3DModel:
    transformer: WanTransformer3DModel = WanTransformer3DModel(
        patch_size=(1, 2, 2),
        num_attention_heads=sizes.heads,
        attention_head_dim=sizes.head_dim,
        in_channels=sizes.latent_channels,
        out_channels=sizes.latent_channels,
        text_dim=sizes.text_channels,
        freq_dim=64,
        ffn_dim=4 * sizes.heads * sizes.head_dim,
        num_layers=sizes.layers,
        rope_max_seq_len=64,
    )
    return transformer


def _toy_autoencoder(sizes: TransformerSettings) -> AutoencoderKLWan:
    autoencoder: AutoencoderKLWan = AutoencoderKLWan(
        base_dim=8,
        z_dim=sizes.latent_channels,
        dim_mult=[1, 1, 1],
        num_res_blocks=1,
        temperal_downsample=[True, True],
        latents_mean=[0.0] * sizes.latent_channels,
        latents_std=[1.0] * sizes.latent_channels,
        is_residual=True,
        in_channels=12,
        out_channels=12,
        patch_size=2,
        scale_factor_spatial=8,
    )
    return autoencoder


def _freeze(pipeline: WanImageToVideoPipeline) -> None:
    for network in (pipeline.vae, pipeline.text_encoder, pipeline.transformer):
        network.eval().requires_grad_(False)
