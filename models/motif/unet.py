"""Implements the denoising network: diffusers' text-to-video UNet with a frame rate and an input image.

VideoCrafter2's UNet is diffusers' `UNet3DConditionModel` with one addition: an embedding of the frame rate is
added to the timestep embedding. The forward pass of diffusers has no frame rate input and no gradient
checkpointing. This module therefore implements its own forward pass with the layers of diffusers.
"""

from collections.abc import Sequence

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.loaders.peft import PeftAdapterMixin
from diffusers.models.embeddings import TimestepEmbedding
from diffusers.models.modeling_utils import ModelMixin
from diffusers.models.unets.unet_3d_condition import UNet3DConditionModel
from torch import Tensor, nn

from models.motif.attention_slices import set_attention_slice
from models.motif.block_runner import BlockRunner
from models.motif.checkpoints import StrictModel
from models.motif.conditioning import add_image_attention, parse_conditioning
from models.motif.temporal_convolution import replace_temporal_convolutions

__all__ = ["ModelMixin", "MotifUNet"]  # diffusers looks up ModelMixin in the module of the class


class MotifUNet(StrictModel, ConfigMixin, PeftAdapterMixin):  # type: ignore[misc]  # both define config_name
    """Predicts the noise, velocity or clean latents of a clip from its text, frame rate and input image.

    The default sizes are the sizes of VideoCrafter2, with 1.41 billion parameters.

    Args:
        latent_channels: channels of the clip's latents and of the image's latents.
        conditioning: image conditioning: `x-cat`, `cx-attn` or `both`.
        block_out_channels: channels of each level; every level except the deepest has cross-attention to
            text.
        layers_per_block: residual layers of each level.
        cross_attention_dim: channels of the text encoder's hidden states.
        attention_head_dim: number of channels per attention head; must divide the channels of every level.
        norm_num_groups: number of groups of the group norms; must divide the channels of every level.
        image_token_dim: channels of an image token, for `cx-attn` and `both`. The default is CLIP ViT-H's
            hidden size; the paper does not state this number.
        image_token_count: image tokens per clip, for `cx-attn` and `both`.

    Raises:
        ValueError: the conditioning is unknown, or the channels of a level are not divisible by the head size
            or by the number of groups.
    """

    _supports_gradient_checkpointing = True

    @register_to_config  # type: ignore[untyped-decorator]  # diffusers'
    def __init__(
        self,
        latent_channels: int = 4,
        conditioning: str = "x-cat",
        block_out_channels: Sequence[int] = (320, 640, 1280, 1280),
        layers_per_block: int = 2,
        cross_attention_dim: int = 1024,
        attention_head_dim: int = 64,
        norm_num_groups: int = 32,
        image_token_dim: int = 1280,
        image_token_count: int = 257,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # diffusers'
        self.latent_channels, self.text_channels = latent_channels, cross_attention_dim
        self.image_tokens = (image_token_count, image_token_dim)
        self.conditioning = parse_conditioning(conditioning)
        _check_channels(block_out_channels, attention_head_dim, norm_num_groups)
        levels = len(block_out_channels)
        self.unet = UNet3DConditionModel(
            in_channels=latent_channels * (2 if self.conditioning.concatenates else 1),
            out_channels=latent_channels,
            down_block_types=("CrossAttnDownBlock3D",) * (levels - 1) + ("DownBlock3D",),
            up_block_types=("UpBlock3D",) + ("CrossAttnUpBlock3D",) * (levels - 1),
            block_out_channels=tuple(block_out_channels),
            layers_per_block=layers_per_block,
            cross_attention_dim=cross_attention_dim,
            attention_head_dim=attention_head_dim,
            norm_num_groups=norm_num_groups,
        )
        replace_temporal_convolutions(self.unet)
        self.fps_embedding = TimestepEmbedding(block_out_channels[0], 4 * block_out_channels[0])
        if self.conditioning.concatenates:
            nn.init.zeros_(self.unet.conv_in.weight[:, latent_channels:])
        if self.conditioning.attends:
            self.image_projection = nn.Sequential(
                nn.Linear(image_token_dim, cross_attention_dim), nn.LayerNorm(cross_attention_dim)
            )
            add_image_attention(self.unet, image_token_count)
        self.gradient_checkpointing = False

    @property
    def side_multiple(self) -> int:
        """The number that must divide height and width of the latents, because each level halves them."""
        return int(2 ** (len(self.unet.down_blocks) - 1))

    def set_attention_slice(self, slice_size: str | int | None) -> None:
        """Compute attention in slices; `DiffusionPipeline.enable_attention_slicing` calls this method."""
        set_attention_slice(self.unet, slice_size)

    def forward(
        self,
        sample: Tensor,
        timestep: Tensor,
        text: Tensor,
        fps: Tensor,
        image_latents: Tensor | None = None,
        image_tokens: Tensor | None = None,
    ) -> Tensor:
        """Return the prediction, with the shape and dtype of the network's noisy input.

        Args:
            sample: (batch, latent_channels, frames, height, width), noisy latents in the network's dtype.
            timestep: (batch,) integers from 0 to the number of training timesteps - 1.
            text: (batch, tokens, cross_attention_dim), hidden states of the text encoder.
            fps: (batch,), frames per second.
            image_latents: (batch, latent_channels, height, width), for `x-cat` and `both`. The latents are
                concatenated to every frame; the paper does not state to which frames.
            image_tokens: (batch, image_token_count, image_token_dim), for `cx-attn` and `both`.

        Raises:
            ValueError: an input is missing, has the wrong shape, or is not an input of the network's
                conditioning.
        """
        self._check(sample, timestep, text, fps, image_latents, image_tokens)
        frames = sample.shape[2]
        # 1. Embed timestep, frame rate and context, repeated for every frame.
        times = self._embed_times(timestep, fps).repeat_interleave(frames, dim=0)
        context = self._context(text, image_tokens).repeat_interleave(frames, dim=0)
        # 2. Concatenate the image latents to every frame (x-cat).
        if image_latents is not None:
            sample = torch.cat([sample, image_latents.unsqueeze(2).expand(-1, -1, frames, -1, -1)], dim=1)
        # 3. Run the input, down, middle and up blocks, with the frames in the batch dimension.
        hidden = self.unet.conv_in(sample.transpose(1, 2).flatten(0, 1))
        hidden = self._blocks(hidden, BlockRunner(times, context, frames, self.gradient_checkpointing))
        # 4. Run the output convolution, and move the frames back to their own dimension.
        predicted: Tensor = self.unet.conv_out(self.unet.conv_act(self.unet.conv_norm_out(hidden)))
        return predicted.view(-1, frames, *predicted.shape[1:]).transpose(1, 2)

    def _embed_times(self, timestep: Tensor, fps: Tensor) -> Tensor:
        """Return the sum of the embeddings of timestep and frame rate, (batch, channels)."""
        unet = self.unet
        time: Tensor = unet.time_embedding(unet.time_proj(timestep).to(self.dtype))
        rate: Tensor = self.fps_embedding(unet.time_proj(fps).to(self.dtype))
        return time + rate

    def _context(self, text: Tensor, image_tokens: Tensor | None) -> Tensor:
        if image_tokens is None:
            return text
        return torch.cat([text, self.image_projection(image_tokens)], dim=1)

    def _blocks(self, hidden: Tensor, runner: BlockRunner) -> Tensor:
        unet = self.unet
        hidden = runner.first(unet.transformer_in, hidden)
        skips = [hidden]
        for block in unet.down_blocks:
            skips += runner.down(block, skips[-1])
        hidden = runner.middle(unet.mid_block, skips[-1])
        for block in unet.up_blocks:
            taken = [skips.pop() for _ in block.resnets]
            hidden = runner.up(block, hidden, taken)
        return hidden

    def _check(
        self,
        sample: Tensor,
        timestep: Tensor,
        text: Tensor,
        fps: Tensor,
        image_latents: Tensor | None,
        image_tokens: Tensor | None,
    ) -> None:
        if sample.ndim != 5 or sample.shape[1] != self.latent_channels:
            raise ValueError(
                f"sample has shape {tuple(sample.shape)}; expected (batch, {self.latent_channels}, frames, "
                "height, width)"
            )
        batch, channels, _, height, width = sample.shape
        multiple = self.side_multiple
        if height % multiple or width % multiple:
            raise ValueError(
                f"the latents are {height}x{width}; expected height and width in multiples of {multiple}"
            )
        _check_shape("timestep", timestep, (batch,))
        _check_shape("fps", fps, (batch,))
        _check_shape("text", text, (batch, *text.shape[1:2], self.text_channels))
        latents = (batch, channels, height, width) if self.conditioning.concatenates else None
        _check_shape("image_latents", image_latents, latents)
        tokens = (batch, *self.image_tokens) if self.conditioning.attends else None
        _check_shape("image_tokens", image_tokens, tokens)


def _check_shape(name: str, given: Tensor | None, expected: tuple[int, ...] | None) -> None:
    shape = None if given is None else tuple(given.shape)
    if shape != expected:
        raise ValueError(f"{name} has shape {shape}; expected {expected} for this batch and conditioning")


def _check_channels(block_out_channels: Sequence[int], attention_head_dim: int, norm_num_groups: int) -> None:
    for channels in block_out_channels:
        for name, divisor in (
            ("attention_head_dim", attention_head_dim),
            ("norm_num_groups", norm_num_groups),
        ):
            if channels % divisor:
                raise ValueError(
                    f"block_out_channels has {channels}, which is not divisible by {name} {divisor}"
                )
