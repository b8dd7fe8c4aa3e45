"""Defines the config of a training run: its sections, and checks that involve several sections."""

from typing import Annotated

from pydantic import Field, model_validator

from models.losses import PredictionType
from models.motion.settings import EXACT_FLOW
from models.training.config_sections import (
    HeatmapSection,
    LossSettings,
    NetworkSettings,
    NoiseSettings,
    OptimiserSettings,
    RunSettings,
    TinySettings,
    ValidationSettings,
)
from models.training.config_types import Section
from models.training.data_settings import DataSettings
from models.training.enums import DataSource, HeatmapSource, NetworkKind


class TrainingConfig(Section):
    """The config of one run. The TOML file of a config has one table per section."""

    # The run's folder is NAME-SEED, so a name cannot contain a path separator. torch accepts 63-bit seeds.
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
    def _is_consistent(self) -> "TrainingConfig":
        if self.data.source is DataSource.FOLDER and not self.data.folder:
            raise ValueError("data.source 'folder' needs data.folder, the folder of the clips")
        if self.data.source is DataSource.FOLDER and self.heatmap.flow == EXACT_FLOW:
            raise ValueError(
                "heatmap.flow 'exact' exists for clips of the scene engine only; set it to 'dis-medium'"
            )
        if self.heatmap.source is HeatmapSource.MASKS and self.data.source is not DataSource.SPRITES:
            raise ValueError("heatmap.source 'masks' exists for sprites only; set it to 'flow' or 'sam'")
        if self.noise.zero_terminal_snr and self.noise.prediction_type is PredictionType.EPSILON:
            raise ValueError(
                "with noise.zero_terminal_snr the last timestep is pure noise, where predicting noise is "
                "trivial; set noise.prediction_type to 'v_prediction' or 'sample'"
            )
        network = self.network
        if network.kind is not NetworkKind.TINY and not network.path:
            raise ValueError(
                f"network.kind {network.kind.value!r} needs network.path, the path of its weights"
            )
        if network.conditioning != "x-cat" and not network.image_encoder:
            raise ValueError(f"network.conditioning {network.conditioning!r} needs network.image_encoder")
        if max(self.validation.timesteps) >= self.noise.steps or min(self.validation.timesteps) < 0:
            raise ValueError(f"validation.timesteps must be between 0 and {self.noise.steps - 1}")
        return self
