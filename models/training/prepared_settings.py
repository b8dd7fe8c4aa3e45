"""Defines the settings of prepared shards, and compares these settings with the config of a run."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from models.motif.conditioning import parse_conditioning
from models.training.atomic_io import atomic_write_text
from models.training.clip_encoder import EncoderKeys, distinct_heatmaps, heatmap_settings_key
from models.training.config import TrainingConfig
from models.training.errors import BadConfig

_FILE = "prepared.json"
# Settings of [data] that change neither the list of clips nor the content of a clip.
_FREE = frozenset({"folder", "prepared", "identity"})


@dataclass(frozen=True)
class PreparedSettings:
    """The settings that determine the content of prepared shards (tar files of encoded clips).

    Attributes:
        data: the settings of [data], without paths.
        heatmaps: the keys of the heatmaps; every clip has all these heatmaps.
        encoders: the keys of the encoders.
        clips: number of clips in all shards, broken clips included.
        shards: number of tar files.
    """

    data: dict[str, object]
    heatmaps: tuple[str, ...]
    encoders: EncoderKeys
    clips: int
    shards: int

    def write(self, folder: Path) -> None:
        """Write the settings, or check that the folder has the same settings.

        Raises:
            BadConfig: the folder has shards with other settings.
            CannotWrite: the folder is not writable.
        """
        path = folder / _FILE
        if path.exists():
            if read_settings(folder) != self:
                raise BadConfig(
                    f"{folder} has shards of other settings, encoders or clips. Choose an empty folder with "
                    "--output."
                )
            return
        atomic_write_text(path, json.dumps(asdict(self), indent=1) + "\n")


def prepared_settings(
    configs: Sequence[TrainingConfig], encoders: EncoderKeys, *, clips: int, shards: int
) -> PreparedSettings:
    """Return the settings of shards for these configs.

    Raises:
        BadConfig: the configs differ in their clips.
    """
    first = _data_settings(configs[0])
    for config in configs[1:]:
        _check_data(config, first, configs[0].name)
    return PreparedSettings(first, tuple(sorted(distinct_heatmaps(configs))), encoders, clips, shards)


def read_settings(folder: Path) -> PreparedSettings:
    """Read the settings of a prepared folder.

    Raises:
        BadConfig: the folder has no settings, or the settings are damaged.
    """
    path = folder / _FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return PreparedSettings(
            content["data"],
            tuple(content["heatmaps"]),
            EncoderKeys(**content["encoders"]),
            int(content["clips"]),
            int(content["shards"]),
        )
    except FileNotFoundError as error:
        raise BadConfig(
            f"data.prepared: {folder} has no {_FILE}. Prepare the clips with `ti2v prepare`."
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadConfig(f"data.prepared: {path} is damaged: {error}. Prepare the clips again.") from error


def check_run(config: TrainingConfig, prepared: PreparedSettings, encoders: EncoderKeys) -> None:
    """Check that a run can use prepared shards.

    Raises:
        BadConfig: the run needs other clips, encoders or heatmaps; the message names the difference.
    """
    _check_data(config, prepared.data, "the prepared clips")
    if heatmap_settings_key(config.heatmap) not in prepared.heatmaps:
        raise BadConfig(
            f"data.prepared: the shards do not contain the heatmap of {config.name}. Prepare the clips in "
            "another folder, and name all configs of the runs: ti2v prepare CONFIG CONFIG ..."
        )
    wanted = {"vae": encoders.vae, "text": encoders.text}
    if parse_conditioning(config.network.conditioning).attends:
        wanted["image"] = encoders.image
    for name, key in wanted.items():
        if getattr(prepared.encoders, name) != key:
            raise BadConfig(
                f"data.prepared: the shards were made with another {name} encoder than this config names. "
                "Prepare the clips again in another folder."
            )


def _check_data(config: TrainingConfig, expected: dict[str, object], other: str) -> None:
    for name, value in _data_settings(config).items():
        if expected.get(name) != value:
            raise BadConfig(
                f"data.{name} is {value!r} in {config.name}, but {expected.get(name)!r} in {other}. "
                "Runs that share prepared clips need the same [data] settings."
            )


def _data_settings(config: TrainingConfig) -> dict[str, object]:
    settings = config.data.model_dump(mode="json")
    return {name: value for name, value in settings.items() if name not in _FREE}
