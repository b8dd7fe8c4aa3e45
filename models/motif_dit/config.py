"""Defines the settings of a research run on a diffusion transformer."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.training.config_io import parse_settings, read_settings
from models.training.config_sections import HeatmapSection, LossSettings
from models.training.config_types import Positive, Section, Share
from models.training.data_settings import DataSettings
from models.training.enums import DataSource

# Wan's autoencoder encodes the first frame alone, then groups of 4 frames.
FRAMES_PER_LATENT = 4
TIMESTEPS = 1000


class TransformerSettings(Section):
    """Settings of the transformer, its autoencoder and its text encoder.

    Attributes:
        path: folder with the weights `Wan2.2-TI2V-5B-Diffusers`. An empty text selects a toy: a small
            transformer with the same structure and random weights.
        layers: number of blocks of the toy.
        heads: number of attention heads of the toy.
        head_dim: number of channels per attention head of the toy; an even number, at least 12.
        latent_channels: number of latent channels of the toy.
        text_channels: hidden size of the toy's text encoder.
        base_steps: number of steps before the LoRA training, in which all weights of the toy are trained
            without heatmaps. The base steps replace the pretraining that the published weights have had.
    """

    path: str = ""
    layers: Positive = 2
    heads: Positive = 4
    head_dim: Annotated[int, Field(ge=12, multiple_of=2)] = 16
    latent_channels: Positive = 8
    text_channels: Positive = 32
    base_steps: Annotated[int, Field(ge=0)] = 0


class LoraSettings(Section):
    """Settings of the LoRA, which is the only trained part of the network.

    Attributes:
        rank: rank of the two matrices of a layer.
        alpha: scale of the LoRA; the update is multiplied by alpha / rank.
        layers: name suffixes; a layer whose name ends with one of these suffixes gets a LoRA.
    """

    rank: Positive = 32
    alpha: Positive = 32
    layers: Annotated[tuple[str, ...], Field(min_length=1)] = ("to_q", "to_k", "to_v", "to_out.0")


class StepSettings(Section):
    """Settings of the optimiser steps.

    Attributes:
        learning_rate: constant learning rate of AdamW for the LoRA.
        base_learning_rate: constant learning rate of AdamW for the base steps (see `base_steps`).
        steps: number of steps that train the LoRA.
        batch_size: number of clips per step.
        clip_norm: maximum gradient norm.
        text_dropout: probability that a caption is replaced by the empty text.
        shift: time shift of the noise levels; 5 for Wan2.2-TI2V-5B.
    """

    learning_rate: Annotated[float, Field(gt=0)] = 1e-4
    base_learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    steps: Positive
    batch_size: Positive = 8
    clip_norm: Annotated[float, Field(gt=0)] = 1.0
    text_dropout: Share = 0.1
    shift: Annotated[float, Field(gt=0)] = 5.0


class MeasurementSettings(Section):
    """Settings of the measurement on held-out clips.

    Attributes:
        clips: maximum number of clips.
        sigmas: noise levels at which the loss is measured.
        region_above: a latent position is in a high-motion region if its heatmap value exceeds this
            threshold. The threshold applies to the heatmap of the optical flow, which is never inverted.
    """

    clips: Positive = 32
    sigmas: Annotated[tuple[Annotated[float, Field(gt=0, le=1)], ...], Field(min_length=1)] = (
        0.1,
        0.3,
        0.5,
        0.7,
        0.9,
    )
    region_above: Annotated[float, Field(gt=0, lt=1)] = 0.5


class DitConfig(Section):
    """The config of one run. The TOML file of a config has one table per section."""

    name: Annotated[str, Field(pattern=r"^[^/\\]+$")]
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    data: DataSettings
    transformer: TransformerSettings = TransformerSettings()
    lora: LoraSettings = LoraSettings()
    heatmap: HeatmapSection = HeatmapSection()
    loss: LossSettings = LossSettings()
    steps: StepSettings
    measurement: MeasurementSettings = MeasurementSettings()

    @model_validator(mode="after")
    def _fits_the_autoencoder(self) -> Self:
        if self.data.frames < 1 + FRAMES_PER_LATENT or (self.data.frames - 1) % FRAMES_PER_LATENT:
            raise ValueError(
                f"data.frames {self.data.frames} must be a multiple of {FRAMES_PER_LATENT}, plus 1, such as "
                f"{1 + 4 * FRAMES_PER_LATENT}, because the autoencoder compresses time by {FRAMES_PER_LATENT}"
            )
        if self.data.height % 32 or self.data.width % 32:
            raise ValueError("data.height and data.width must be multiples of 32")
        if self.data.source is DataSource.SPRITES:
            raise ValueError("data.source 'sprites' is for `ti2v train`; set it to another source")
        if self.data.prepared:
            raise ValueError(
                "data.prepared is for `ti2v train`; the clips of this run are encoded at its start"
            )
        return self


def read_dit_config(name: str, *, seed: int | None = None) -> DitConfig:
    """Read a config file. A name without a folder selects a config of this package.

    Args:
        name: path of the file, or name of a config of this package.
        seed: a seed that replaces the config's seed; if None, the config's seed is used.

    Raises:
        BadConfig: the file is missing or invalid, or the seed is too large.
    """
    path = Path(name)
    shipped = Path(str(files("models.motif_dit"))) / "configs" / f"{path.stem}.toml"
    config = read_settings(shipped if not path.exists() and len(path.parts) == 1 else path, DitConfig)
    if seed is None:
        return config
    # `model_copy` would not check the seed.
    return parse_settings(config.model_dump(mode="json") | {"seed": seed}, config.name, DitConfig)
