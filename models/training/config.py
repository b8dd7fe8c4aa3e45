"""What one training run is: every setting, its unit, and where it comes from.

Facts are MotiF's (arXiv:2412.16153) or reported by third parties; what nobody reports is marked [open] in
models/configs/paper.toml, where each default is written out.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from models.losses import PredictionType
from models.motion.segments import SegmentSelection
from models.motion.settings import DEFAULT_FLOW, EXACT_FLOW, FLOW_NAMES, HeatmapSettings
from models.training.enums import (
    DataSource,
    HeatmapSource,
    LearningRateSchedule,
    NetworkKind,
    Precision,
)

Positive = Annotated[int, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
BelowOne = Annotated[float, Field(ge=0, lt=1)]
Beta = Annotated[float, Field(gt=0, lt=1)]


class Section(BaseModel):
    """Base of all sections: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DataSettings(Section):
    """Which clips, and how they are cut.

    Attributes:
        folder: of clips with a table of captions, relative to the working folder; for `folder`.
        captions: CSV or JSONL in it, columns `file` and `caption`, and `held_out` (0/1) if you like.
        held_out_share: of a folder's clips without a `held_out` column, chosen by a hash of the clip's bytes.
        scenarios: of the scene engine; all where empty.
        rigid_only: only actions all of whose changes are motion, so that flow explains every pixel.
        least_moving_share: leave out actions that, on average, move less of a clip's pixels than this.
        images: drawn for each scenario, in all styles by turns; `held_out_images` more are held out.
        first_seed: of the scene engine's images.
        frames, height, width: of a clip, as trained; pixels.
        fps: frames a second a clip is brought to, by leaving frames out.
    """

    source: DataSource
    folder: str = ""
    captions: str = "captions.csv"
    held_out_share: Share = 0.05
    scenarios: tuple[str, ...] = ()
    rigid_only: bool = True
    least_moving_share: Share = 0.0
    images: Positive = 24
    held_out_images: Annotated[int, Field(ge=0)] = 3
    first_seed: Annotated[int, Field(ge=0)] = 0
    frames: Annotated[int, Field(ge=2)] = 16
    height: Positive = 320
    width: Positive = 512
    fps: Positive = 8


class NetworkSettings(Section):
    """The network, its autoencoder and its text encoder before training.

    Attributes:
        kind: `tiny` builds a small one with random weights; the others load `path`.
        path: `videocrafter2`: its checkpoint file; `modelscope`: a folder in diffusers' layout; `pipeline`: a
            folder that a run of ours made.
        companions: `videocrafter2`: folder or hub id with the folders vae, text_encoder and tokenizer.
        image_encoder: folder or hub id of a CLIP vision model, for `cx-attn` and `both`.
        conditioning: how the image enters: `x-cat` in the paper.
    """

    kind: NetworkKind
    path: str = ""
    companions: str = ""
    image_encoder: str = ""
    conditioning: Literal["x-cat", "cx-attn", "both"] = "x-cat"


class TinySettings(Section):
    """Sizes of the network `tiny` builds; the others bring theirs.

    Attributes:
        patch: side of the patches its autoencoder turns into latents.
        latent_channels: principal components kept of a patch.
        channels: of each level of the network; all but the deepest attend to text.
        head_dim: channels of an attention head.
        groups: of the group norms.
        text_channels: width of the frozen, random text encoder.
        whiten: how far the latent channels are brought to one variance: 0 not at all, 1 wholly.
        residual_scale: above 0, the network denoises what a clip adds to its first frame, times this [open]:
            a device of ours to animate with few parameters; 0 is the paper's way.
    """

    patch: Positive = 4
    latent_channels: Positive = 12
    whiten: Share = 0.5
    channels: tuple[Positive, ...] = (32, 64)
    head_dim: Positive = 8
    groups: Positive = 8
    text_channels: Positive = 64
    residual_scale: Annotated[float, Field(ge=0)] = 0.0


class NoiseSettings(Section):
    """The noise schedule; names as in diffusers."""

    prediction_type: PredictionType = PredictionType.V_PREDICTION
    beta_schedule: Literal["scaled_linear", "linear", "squaredcos_cap_v2"] = "scaled_linear"
    beta_start: Beta = 0.00085
    beta_end: Beta = 0.012
    steps: Positive = 1000
    zero_terminal_snr: bool = False
    latent_scale: Annotated[float, Field(gt=0, le=1)] = 1.0


class HeatmapSection(HeatmapSettings):
    """The heatmap's settings and what it is made from.

    Attributes:
        source: optical flow (the paper) or SAM's segments.
        flow: `exact` (scene engine only) or an estimator's name.
        segments: which of SAM's segments are 1: those that move, all, or the largest that moves.
        sam: folder or hub id of SAM, for `sam`.
    """

    source: HeatmapSource = HeatmapSource.FLOW
    flow: str = DEFAULT_FLOW
    segments: SegmentSelection = SegmentSelection.FLOW
    sam: str = "facebook/sam-vit-base"

    @field_validator("flow")
    @classmethod
    def _is_known(cls, flow: str) -> str:
        if flow not in (EXACT_FLOW, *FLOW_NAMES):
            raise ValueError(f"no optical flow {flow!r}; there are {', '.join((EXACT_FLOW, *FLOW_NAMES))}")
        return flow


class LossSettings(Section):
    """The paper's lambda; 0 trains with the diffusion loss alone."""

    motion_focal_weight: Annotated[float, Field(ge=0)] = 1.0


class OptimiserSettings(Section):
    """AdamW and its schedule.

    Attributes:
        batch_size: clips a step, over all devices and accumulated pieces.
        accumulation: pieces a device's share of the batch is cut into, to fit its memory.
        clip_norm: largest norm of the gradient; 0 leaves it as it is.
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
    """How the machine is used and what is written down; of these only precision changes what is learnt.

    Attributes:
        cpu_threads: torch takes on a CPU; 0 leaves it the choice. One is far faster for a toy network.
        half_weights: store the finished network in float16: half the size.
    """

    cpu_threads: Annotated[int, Field(ge=0)] = 0
    precision: Precision = Precision.FP32
    half_weights: bool = False
    gradient_checkpointing: bool = False
    checkpoint_every: Positive = 500
    checkpoints_kept: Positive = 2
    validate_every: Positive = 2000


class ValidationSettings(Section):
    """Figure 6 and the grid of samples, on held-out clips.

    Attributes:
        clips: held-out clips measured, spread evenly over all there are.
        timesteps: where the loss is measured.
        region_above: a place is high-motion where its heatmap is above this [open].
        samples: clips drawn, with `sampling_steps` of DDIM and `guidance`.
    """

    clips: Positive = 32
    timesteps: Annotated[tuple[int, ...], Field(min_length=1)] = tuple(range(50, 1000, 100))
    region_above: Annotated[float, Field(gt=0, lt=1)] = 0.5
    samples: Annotated[int, Field(ge=0)] = 4
    sampling_steps: Positive = 50
    guidance: Annotated[float, Field(ge=1)] = 7.5


class TrainingConfig(Section):
    """One run; a TOML file has one table for each section."""

    # Both name the run's folder, NAME-SEED; torch takes seeds of 63 bits.
    name: Annotated[str, Field(pattern=r"^[^/\\]+$")]
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    data: DataSettings
    network: NetworkSettings
    tiny: TinySettings = TinySettings()
    noise: NoiseSettings = NoiseSettings()
    heatmap: HeatmapSection = HeatmapSection()
    loss: LossSettings = LossSettings()
    optimiser: OptimiserSettings = OptimiserSettings()
    run: RunSettings = RunSettings()
    validation: ValidationSettings = ValidationSettings()

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "TrainingConfig":
        if self.data.source is DataSource.FOLDER and not self.data.folder:
            raise ValueError("data.folder names the folder of clips when data.source is 'folder'")
        if self.data.source is DataSource.FOLDER and self.heatmap.flow == EXACT_FLOW:
            raise ValueError(
                "heatmap.flow 'exact' is known for clips of the scene engine only; take 'dis-medium'"
            )
        if self.noise.zero_terminal_snr and self.noise.prediction_type is PredictionType.EPSILON:
            raise ValueError(
                "with noise.zero_terminal_snr the last timestep is noise alone, so predicting it teaches "
                "nothing; set noise.prediction_type to 'v_prediction' or 'sample'"
            )
        network = self.network
        if network.kind is not NetworkKind.TINY and not network.path:
            raise ValueError(f"network.path says where the weights of {network.kind} are")
        if network.kind is NetworkKind.VIDEOCRAFTER2 and not network.companions:
            raise ValueError("network.companions says where VideoCrafter2's autoencoder and text encoder are")
        if network.conditioning != "x-cat" and network.kind is NetworkKind.TINY:
            raise ValueError("network.kind 'tiny' has no image encoder, so network.conditioning is 'x-cat'")
        if network.conditioning != "x-cat" and not network.image_encoder:
            raise ValueError(f"network.conditioning {network.conditioning!r} needs network.image_encoder")
        if max(self.validation.timesteps) >= self.noise.steps or min(self.validation.timesteps) < 0:
            raise ValueError(f"validation.timesteps lie from 0 to {self.noise.steps - 1}")
        return self
