"""Lists the clips of prepared shards as the dataset of a run."""

from pathlib import Path

from models.motif.pipeline import MotifImageToVideoPipeline
from models.training.clip_encoder import ClipEncoder, heatmap_settings_key, region_settings
from models.training.config import TrainingConfig
from models.training.encoded_clips import Dataset, EncodedClip
from models.training.errors import BadConfig
from models.training.prepared_settings import check_run, read_settings
from models.training.prepared_shards import ShardClip, is_complete, read_index, shard_path


def prepared_dataset(config: TrainingConfig, pipeline: MotifImageToVideoPipeline) -> Dataset:
    """Return the clips of the folder `data.prepared`, in the order of the preparation.

    Raises:
        BadConfig: the folder is incomplete, damaged, or was prepared with other settings or encoders.
    """
    folder = Path(config.data.prepared)
    settings = read_settings(folder)
    encoder = ClipEncoder(config.data, pipeline, str(pipeline.device))
    check_run(config, settings, encoder.keys)
    missing = [number for number in range(settings.shards) if not is_complete(folder, number)]
    if missing:
        raise BadConfig(
            f"data.prepared: {len(missing)} of {settings.shards} shards are missing, the first is "
            f"{shard_path(folder, missing[0])}. Run `ti2v prepare` again to write them."
        )
    heatmap = heatmap_settings_key(config.heatmap)
    region = heatmap_settings_key(region_settings(config.heatmap))
    clips: list[EncodedClip] = []
    broken: dict[str, str] = {}
    for number in range(settings.shards):
        index, shard = read_index(folder, number), shard_path(folder, number)
        clips += [ShardClip(shard, entry, heatmap, region) for entry in index.entries]
        broken |= index.broken
    training = [clip for clip in clips if not clip.label.held_out]
    held_out = [clip for clip in clips if clip.label.held_out]
    return Dataset(training, held_out, broken, encoder.text(""))
