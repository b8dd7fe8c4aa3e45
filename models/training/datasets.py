"""Lists the training clips of a config."""

from models.training.clip_sources import ClipSource
from models.training.data_settings import DataSettings
from models.training.enums import DataSource
from models.training.errors import BadConfig, NoClips
from models.training.folder_clips import folder_clips
from models.training.scene_clips import scene_clips
from models.training.webdataset_clips import webdataset_clips

_READERS = {
    DataSource.SCENES: scene_clips,
    DataSource.FOLDER: folder_clips,
    DataSource.WEBDATASET: webdataset_clips,
}


def clip_sources(data: DataSettings) -> list[ClipSource]:
    """Return all clips of a config, in a fixed order.

    Raises:
        BadConfig: the table of captions, a shard or a scenario does not exist, or the source is `sprites`
            (sprite clips cannot be listed).
        NoClips: there is no clip to train on.
    """
    if data.source is DataSource.SPRITES:
        raise BadConfig(
            "data.source 'sprites': training renders sprites when it needs them; do not prepare them."
        )
    found = list(_READERS[data.source](data))
    if not any(not source.label.held_out for source in found):
        raise NoClips("data: there is no clip to train on. Check the settings under [data].")
    return found
