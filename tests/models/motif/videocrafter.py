"""An independent implementation of VideoCrafter2's UNet, as a reference for the conversion tests.

The implementation follows the published structure and names; it shares no code with `MotifUNet` or diffusers.
"""

import math
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional


class ReferenceUNet(nn.Module):
    """The text-to-video UNet; the default sizes are the published sizes."""

    def __init__(
        self,
        *,
        channels: int = 320,
        multipliers: tuple[int, ...] = (1, 2, 4, 4),
        layers: int = 2,
        context: int = 1024,
        head: int = 64,
        groups: int = 32,
    ) -> None:
        super().__init__()
        self.channels = channels
        times = 4 * channels
        self.time_embed = nn.Sequential(nn.Linear(channels, times), nn.SiLU(), nn.Linear(times, times))
        self.fps_embedding = nn.Sequential(nn.Linear(channels, times), nn.SiLU(), nn.Linear(times, times))
        first = nn.Conv2d(4, channels, 3, padding=1)
        self.init_attn = nn.ModuleList([TemporalTransformer(channels, 8 * head, head, groups, convolve=True)])

        block = partial(make_block, times=times, context=context, head=head, groups=groups)
        self.input_blocks = nn.ModuleList([nn.ModuleList([first])])
        now, skips = channels, [channels]
        for level, multiplier in enumerate(multipliers):
            deepest = level == len(multipliers) - 1
            for _ in range(layers):
                self.input_blocks.append(block(now, channels * multiplier, not deepest))
                now = channels * multiplier
                skips.append(now)
            if not deepest:
                self.input_blocks.append(nn.ModuleList([Downsample(now)]))
                skips.append(now)
        self.middle_block = block(now, now, True).append(ResBlock(now, now, times, groups))
        self.output_blocks = nn.ModuleList()
        for level, multiplier in reversed(list(enumerate(multipliers))):
            for layer in range(layers + 1):
                parts = block(now + skips.pop(), channels * multiplier, level != len(multipliers) - 1)
                now = channels * multiplier
                if level and layer == layers:
                    parts.append(Upsample(now))
                self.output_blocks.append(parts)
        self.out = nn.Sequential(nn.GroupNorm(groups, now), nn.SiLU(), nn.Conv2d(now, 4, 3, padding=1))

    def forward(self, latents: Tensor, timesteps: Tensor, text: Tensor, fps: Tensor) -> Tensor:
        """Return the prediction, (batch, 4, frames, height, width), for latents of the same shape."""
        frames = latents.shape[2]
        times = self.time_embed(sinusoidal_embedding(timesteps, self.channels))
        times = times + self.fps_embedding(sinusoidal_embedding(fps, self.channels))
        context_inputs = times.repeat_interleave(frames, 0), text.repeat_interleave(frames, 0), frames
        hidden = latents.transpose(1, 2).flatten(0, 1)
        skips = []
        for number, block in enumerate(self.input_blocks):
            hidden = apply_block(block, hidden, context_inputs)
            if number == 0:
                hidden = apply_block(self.init_attn, hidden, context_inputs)
            skips.append(hidden)
        hidden = apply_block(self.middle_block, hidden, context_inputs)
        for block in self.output_blocks:
            hidden = apply_block(block, torch.cat([hidden, skips.pop()], 1), context_inputs)
        return self.out(hidden).unflatten(0, (-1, frames)).transpose(1, 2)


def make_block(
    into: int, out: int, attends: bool, *, times: int, context: int, head: int, groups: int
) -> nn.ModuleList:
    """Return a block: a residual layer and, if `attends`, spatial and temporal attention."""
    parts = nn.ModuleList([ResBlock(into, out, times, groups)])
    if attends:
        parts.append(SpatialTransformer(out, context, head, groups))
        parts.append(TemporalTransformer(out, out, head, groups, convolve=False))
    return parts


ContextInputs = tuple[Tensor, Tensor, int]


def apply_block(block: nn.ModuleList, hidden: Tensor, context_inputs: ContextInputs) -> Tensor:
    times, text, frames = context_inputs
    for part in block:
        if isinstance(part, ResBlock):
            hidden = part(hidden, times, frames)
        elif isinstance(part, SpatialTransformer):
            hidden = part(hidden, text)
        elif isinstance(part, TemporalTransformer):
            hidden = part(hidden, frames)
        else:
            hidden = part(hidden)
    return hidden


def sinusoidal_embedding(positions: Tensor, channels: int) -> Tensor:
    """Return sinusoidal position embeddings: cosines, then sines, of decreasing frequencies."""
    half = channels // 2
    frequencies = torch.exp(-math.log(10_000) * torch.arange(half) / half)
    angles = positions[:, None].float() * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class ResBlock(nn.Module):
    def __init__(self, into: int, out: int, times: int, groups: int) -> None:
        super().__init__()
        self.in_layers = nn.Sequential(
            nn.GroupNorm(groups, into), nn.SiLU(), nn.Conv2d(into, out, 3, padding=1)
        )
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(times, out))
        self.out_layers = nn.Sequential(
            nn.GroupNorm(groups, out), nn.SiLU(), nn.Dropout(0), nn.Conv2d(out, out, 3, padding=1)
        )
        self.skip_connection = nn.Conv2d(into, out, 1) if into != out else nn.Identity()
        self.temopral_conv = TemporalConvolutions(out, groups)

    def forward(self, x: Tensor, times: Tensor, frames: int) -> Tensor:
        hidden = self.in_layers(x) + self.emb_layers(times)[:, :, None, None]
        hidden = self.skip_connection(x) + self.out_layers(hidden)
        clips = hidden.unflatten(0, (-1, frames)).transpose(1, 2)
        return self.temopral_conv(clips).transpose(1, 2).flatten(0, 1)


class TemporalConvolutions(nn.Module):
    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        for number in range(1, 5):
            layers: list[nn.Module] = [nn.GroupNorm(groups, channels), nn.SiLU()]
            layers += [nn.Dropout(0.1)] if number > 1 else []
            layers += [nn.Conv3d(channels, channels, (3, 1, 1), padding=(1, 0, 0))]
            setattr(self, f"conv{number}", nn.Sequential(*layers))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv4(self.conv3(self.conv2(self.conv1(x))))


class SpatialTransformer(nn.Module):
    def __init__(self, channels: int, context: int, head: int, groups: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, channels)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(channels, context, channels // head)])
        self.proj_out = nn.Linear(channels, channels)

    def forward(self, x: Tensor, text: Tensor) -> Tensor:
        hidden = self.proj_in(self.norm(x).flatten(2).transpose(1, 2))
        hidden = self.proj_out(self.transformer_blocks[0](hidden, text))
        return x + hidden.transpose(1, 2).unflatten(2, x.shape[2:])


class TemporalTransformer(nn.Module):
    """Attention over the frames of each position; the first module projects with convolutions of width 1."""

    def __init__(self, channels: int, inner: int, head: int, groups: int, *, convolve: bool) -> None:
        super().__init__()
        self.convolve = convolve
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Conv1d(channels, inner, 1) if convolve else nn.Linear(channels, inner)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(inner, inner, inner // head)])
        self.proj_out = nn.Conv1d(inner, channels, 1) if convolve else nn.Linear(inner, channels)

    def forward(self, x: Tensor, frames: int) -> Tensor:
        clips = x.unflatten(0, (-1, frames)).transpose(1, 2)
        places = self.norm(clips).permute(0, 3, 4, 2, 1)
        hidden = self.project(self.proj_in, places.flatten(0, 2))
        hidden = self.project(self.proj_out, self.transformer_blocks[0](hidden, None))
        return x + hidden.view(places.shape).permute(0, 3, 4, 1, 2).flatten(0, 1)

    def project(self, layer: nn.Module, hidden: Tensor) -> Tensor:
        return layer(hidden.transpose(1, 2)).transpose(1, 2) if self.convolve else layer(hidden)


class TransformerBlock(nn.Module):
    def __init__(self, channels: int, context: int, heads: int) -> None:
        super().__init__()
        self.attn1 = Attention(channels, channels, heads)
        self.attn2 = Attention(channels, context, heads)
        narrow = nn.Linear(4 * channels, channels)
        self.ff = nn.ModuleDict({"net": nn.Sequential(Gated(channels), nn.Dropout(0), narrow)})
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(channels) for _ in range(3))

    def forward(self, x: Tensor, context: Tensor | None) -> Tensor:
        normed = self.norm1(x)
        x = x + self.attn1(normed, normed)
        normed = self.norm2(x)
        x = x + self.attn2(normed, normed if context is None else context)
        return x + self.ff["net"](self.norm3(x))


class Attention(nn.Module):
    def __init__(self, channels: int, context: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(context, channels, bias=False)
        self.to_v = nn.Linear(context, channels, bias=False)
        self.to_out = nn.Sequential(nn.Linear(channels, channels), nn.Dropout(0))

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        query, key, value = (
            part.unflatten(2, (self.heads, -1)).transpose(1, 2)
            for part in (self.to_q(x), self.to_k(context), self.to_v(context))
        )
        weights = (query @ key.transpose(2, 3) / math.sqrt(query.shape[-1])).softmax(dim=-1)
        return self.to_out((weights @ value).transpose(1, 2).flatten(2))


class Gated(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.proj = nn.Linear(channels, 8 * channels)

    def forward(self, x: Tensor) -> Tensor:
        hidden, gate = self.proj(x).chunk(2, dim=-1)
        return hidden * functional.gelu(gate)


class Downsample(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.op = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.op(x)


class Upsample(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(functional.interpolate(x, scale_factor=2, mode="nearest"))
