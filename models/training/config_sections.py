"""Defines the sections of a training config: all settings with types, limits and defaults.

The values come from MotiF (arXiv:2412.16153) or from third parties. The file models/configs/paper.toml lists
every default. The mark [open] means that neither MotiF nor a third party reports the value.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from models.losses import PredictionType
from models.motion.segments import SegmentSelection
from models.motion.settings import DEFAULT_FLOW, EXACT_FLOW, FLOW_NAMES, HeatmapSettings, LastFrame
from models.training.config_types import BelowOne, Beta, Positive, Section, Share
from models.training.enums import (
    HeatmapSource,
    LearningRateSchedule,
    NetworkKind,
    Precision,
)


class NetworkSettings(Section):
    """Settings of the initial weights of the network, the autoencoder and the text encoder.

    Attributes:
        kind: `tiny` creates a small network with random weights; the other kinds load weights from `path`.
        path: path of the weights. For `videocrafter2`, the checkpoint file; for `modelscope`, a folder in
            diffusers' layout; for `pipeline`, the pipeline folder of an earlier run.
        companions: if the weights are `videocrafter2`, a folder or hub id with the subfolders vae,
            text_encoder and tokenizer, which replace the encoders in the checkpoint.
        tokenizer: if the weights are `videocrafter2`, folder or hub id of CLIP's tokenizer, which the
            checkpoint does not contain.
        image_encoder: folder or hub id of a CLIP vision model, which `cx-attn` and `both` need; for `tiny`,
            the name of a model in models/checkpoints is also accepted.
        conditioning: image conditioning; `x-cat` in the paper.
    """

    kind: NetworkKind
    path: str = ""
    companions: str = ""
    tokenizer: str = "openai/clip-vit-large-patch14"
    image_encoder: str = ""
    conditioning: Literal["x-cat", "cx-attn", "both"] = "x-cat"


class TinySettings(Section):
    """Sizes of the `tiny` network. The sizes of any other network follow from its weights.

    Attributes:
        patch: side of the autoencoder's patches, in pixels.
        latent_channels: number of principal components per patch.
        autoencoder: folder of a trained `AutoencoderKL`, or the name of an autoencoder in models/checkpoints.
            The autoencoder replaces the principal components; an empty text selects the principal
            components.
        channels: channels of each level. All levels except the deepest level have cross-attention to the
            text.
        head_dim: number of channels per attention head.
        groups: number of groups of the group norms.
        text_channels: hidden size of the frozen text encoder with random weights.
        text_tokens: maximum length of a prompt in tokens, including the start and end tokens.
        whiten: whitening exponent of the latents: 0 keeps distances, 1 gives all channels equal variance.
        residual_scale: if above 0, the network denoises (clip - first frame) * residual_scale. The paper has
            no residual scale; the scale lets a network of few parameters learn to animate. 0 turns the scale
            off.
    """

    patch: Positive = 4
    latent_channels: Positive = 12
    autoencoder: str = ""
    whiten: Share = 0.5
    channels: tuple[Positive, ...] = (32, 64)
    head_dim: Positive = 8
    groups: Positive = 8
    text_channels: Positive = 64
    text_tokens: Positive = 24
    residual_scale: Annotated[float, Field(ge=0)] = 0.0


class NoiseSettings(Section):
    """Settings of the noise schedule.

    Attributes:
        prediction_type: the quantity that the network predicts.
        beta_schedule: name of the beta schedule in diffusers.
        beta_start: first beta of the noise schedule.
        beta_end: last beta of the noise schedule.
        steps: number of training timesteps.
        zero_terminal_snr: whether to rescale the betas so that the last timestep has zero signal-to-noise
            ratio.
        latent_scale: VideoCrafter2's final scale of the latents; 1 turns the scale off.
    """

    prediction_type: PredictionType = PredictionType.V_PREDICTION
    beta_schedule: Literal["scaled_linear", "linear", "squaredcos_cap_v2"] = "scaled_linear"
    beta_start: Beta = 0.00085
    beta_end: Beta = 0.012
    steps: Positive = 1000
    zero_terminal_snr: bool = False
    latent_scale: Annotated[float, Field(gt=0, le=1)] = 1.0


class HeatmapSection(HeatmapSettings):
    """Settings of the heatmap and of the heatmap's source.

    Attributes:
        source: optical flow (as in the paper), segments from SAM, or segments from the true masks of sprites.
        flow: `exact` (the true flow, for rendered scenes only), or the name of a flow estimator.
        segments: the segments that get heatmap value 1 if the source is `sam` or `masks`: moving segments,
            all segments, or the largest moving segment.
        sam: if the source is `sam`, the folder or hub id of the SAM model.
    """

    source: HeatmapSource = HeatmapSource.FLOW
    flow: str = DEFAULT_FLOW
    segments: SegmentSelection = SegmentSelection.FLOW
    sam: str = "facebook/sam-vit-base"

    @field_validator("flow")
    @classmethod
    def _is_known(cls, flow: str) -> str:
        if flow not in (EXACT_FLOW, *FLOW_NAMES):
            known = ", ".join((EXACT_FLOW, *FLOW_NAMES))
            raise ValueError(f"unknown optical flow {flow!r}; expected one of {known}")
        return flow

    @model_validator(mode="after")
    def _exact_flow_has_no_backward_flow(self) -> Self:
        if self.flow == EXACT_FLOW and self.last_frame is LastFrame.BACKWARD:
            raise ValueError(
                "with flow 'exact', set last_frame to 'repeat' or 'static'; 'backward' is not known"
            )
        return self


class LossSettings(Section):
    """Settings of the loss.

    Attributes:
        motion_focal_weight: the paper's lambda; 0 trains with the diffusion loss only.
    """

    motion_focal_weight: Annotated[float, Field(ge=0)] = 1.0


class OptimiserSettings(Section):
    """Settings of AdamW, its learning rate schedule and the batch size.

    Attributes:
        learning_rate: learning rate after the warm-up.
        schedule: learning rate schedule after the warm-up: constant, or cosine decay to 0.
        warmup_steps: number of steps of the linear warm-up.
        steps: total number of optimiser steps.
        batch_size: number of clips per step, summed over all devices and micro-batches.
        accumulation: number of micro-batches per device and step (gradient accumulation).
        clip_norm: maximum gradient norm; 0 disables clipping.
        weight_decay: weight decay of AdamW.
        beta1: decay rate of AdamW's first moment.
        beta2: decay rate of AdamW's second moment.
        text_dropout: probability that a caption is replaced by the empty text, for classifier-free guidance.
        ema_decay: decay of the moving average of the weights.
    """

    learning_rate: Annotated[float, Field(gt=0)] = 5e-5
    schedule: LearningRateSchedule = LearningRateSchedule.CONSTANT
    warmup_steps: Annotated[int, Field(ge=0)] = 0
    steps: Positive = 32_000
    batch_size: Positive = 64
    accumulation: Positive = 1
    clip_norm: Annotated[float, Field(ge=0)] = 1.0
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    beta1: BelowOne = 0.9
    beta2: BelowOne = 0.999
    text_dropout: Share = 0.1
    ema_decay: BelowOne = 0.9999


class RunSettings(Section):
    """Settings that concern hardware and output.

    Only the setting `precision` changes the result of training.

    Attributes:
        cpu_threads: number of CPU threads for torch; 0 selects torch's default. A network of toy size is
            fastest with 1 thread.
        precision: floating-point precision of the forward pass.
        half_weights: whether to export the network in float16, which halves the file size.
        gradient_checkpointing: whether to recompute activations in the backward pass, which saves memory.
        shard_optimiser: whether several processes divide AdamW's moments among themselves (ZeRO-1), which
            saves memory.
        shard_weights: whether several processes divide the weights, their gradients, AdamW's moments and the
            moving average among themselves (FSDP), which saves the most memory.
        checkpoint_every: number of steps between checkpoints.
        checkpoints_kept: number of checkpoints kept.
        validate_every: number of steps between validations.
    """

    cpu_threads: Annotated[int, Field(ge=0)] = 0
    precision: Precision = Precision.FP32
    half_weights: bool = False
    gradient_checkpointing: bool = False
    shard_optimiser: bool = False
    shard_weights: bool = False
    checkpoint_every: Positive = 500
    checkpoints_kept: Positive = 2
    validate_every: Positive = 2000


class ValidationSettings(Section):
    """Settings of the validation on held-out clips: Figure 6 and the sample sheet.

    Attributes:
        clips: number of clips for Figure 6, spaced evenly over the held-out clips.
        timesteps: timesteps at which the loss is measured.
        region_above: threshold for high-motion regions. A latent position is in a high-motion region if its
            heatmap value exceeds the threshold [open].
        samples: number of clips on the sample sheet.
        sampling_steps: DDIM steps for the sample sheet.
        guidance: guidance scale for the sample sheet.
    """

    clips: Positive = 32
    timesteps: Annotated[tuple[int, ...], Field(min_length=1)] = tuple(range(50, 1000, 100))
    region_above: Annotated[float, Field(gt=0, lt=1)] = 0.5
    samples: Annotated[int, Field(ge=0)] = 4
    sampling_steps: Positive = 50
    guidance: Annotated[float, Field(ge=1)] = 7.5
