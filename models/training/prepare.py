"""Prepares the clips of training configs: decodes, encodes and measures them once, in parallel.

Each shard is written by one process. If the preparation is killed, the next run writes only the missing
shards. Several machines can share one folder.
"""

import math
import tarfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import cv2
import torch

from models.motif.conditioning import parse_conditioning
from models.motion.frames import BadClip
from models.shard import WHOLE, Shard
from models.training.atomic_io import atomic_write
from models.training.clip_encoder import ClipEncoder, distinct_heatmaps
from models.training.clip_sources import ClipSource
from models.training.config import TrainingConfig
from models.training.config_io import parse_config
from models.training.datasets import clip_sources
from models.training.networks import create_pipeline
from models.training.prepared_settings import prepared_settings
from models.training.prepared_shards import ShardWriter, is_complete, shard_path, write_index


@dataclass
class Preparation:
    """The result of a preparation.

    Attributes:
        clips: number of clips that were prepared in this call.
        broken: the reasons why clips were skipped in this call; each key is a clip's name.
        shards_kept: number of shards that were complete before this call.
    """

    clips: int = 0
    broken: dict[str, str] = field(default_factory=dict)
    shards_kept: int = 0


@dataclass(frozen=True)
class ShardResult:
    """A finished shard: its number, the number of its clips, and the broken clips with the reasons."""

    number: int
    clips: int
    broken: dict[str, str]


@dataclass(frozen=True)
class PreparationOptions:
    """How to run a preparation.

    Attributes:
        output: folder of the shards.
        shard: the part of the tar files that this process writes.
        workers: number of processes. If several processes use one GPU, each process holds its own encoders.
        device: device of the encoders, of RAFT and of SAM.
        clips_per_shard: number of clips per tar file.
    """

    output: Path
    shard: Shard = WHOLE
    workers: int = 1
    device: str = "cpu"
    clips_per_shard: int = 256

    def own_shards(self, clips: int) -> range:
        """Return the numbers of the shards that this process writes; `clips` is the number of all clips."""
        return range(self.shard.number - 1, math.ceil(clips / self.clips_per_shard), self.shard.count)

    def own_clips(self, clips: int) -> int:
        """Return the number of clips that this process prepares."""
        return sum(len(self.places(number, clips)) for number in self.own_shards(clips))

    def places(self, number: int, clips: int) -> range:
        """Return the positions of a shard's clips in the list of all clips."""
        first = number * self.clips_per_shard
        return range(first, min(first + self.clips_per_shard, clips))


class ShardBuilder:
    """Builds shards with the encoders of one process."""

    def __init__(self, configs: Sequence[TrainingConfig], sources: Sequence[ClipSource], device: str) -> None:
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
        # If any config needs image tokens, every clip gets image tokens.
        attending = [each for each in configs if parse_conditioning(each.network.conditioning).attends]
        pipeline = create_pipeline((attending or [*configs])[0], sources)
        for name in ("vae", "text_encoder", "image_encoder"):
            if pipeline.components[name] is not None:
                pipeline.components[name].to(device)
        self.encoder = ClipEncoder(configs[0].data, pipeline, device)
        self._heatmaps = distinct_heatmaps(configs)

    def build(self, folder: Path, number: int, sources: Sequence[ClipSource]) -> ShardResult:
        """Write a shard.

        Raises:
            CannotWrite: the disk is full; no unfinished file remains.
        """
        path = shard_path(folder, number)
        with atomic_write(path) as temporary:
            with tarfile.open(temporary, "w") as tar:
                writer = ShardWriter(tar, number)
                for source in sources:
                    self._add(writer, source)
            index = writer.index(temporary.stat().st_size)
        write_index(folder, number, index)
        return ShardResult(number, len(index.entries), dict(index.broken))

    def _add(self, writer: ShardWriter, source: ClipSource) -> None:
        label = source.label
        try:
            clip = source.read()
            tensors = self.encoder.image_tensors(label, clip) | {"text": self.encoder.text(label.caption)}
            heatmaps = {key: self.encoder.heatmap(clip, each) for key, each in self._heatmaps.items()}
        except (BadClip, FileNotFoundError) as error:
            writer.broken[label.name] = str(error)
            return
        if label.held_out:  # the sample sheet shows held-out clips
            tensors["frames"] = torch.from_numpy(clip.frames)
        writer.add(label, tensors, heatmaps)


NumberedClips = tuple[int, Sequence[ClipSource]]
"""The number and the clips of a shard."""
BuildShards = Callable[
    [Sequence[TrainingConfig], Sequence[NumberedClips], PreparationOptions], Iterator[ShardResult]
]
"""A function that builds shards and yields each result as the shard is finished."""


def prepare(
    configs: Sequence[TrainingConfig],
    sources: Sequence[ClipSource],
    options: PreparationOptions,
    *,
    build: BuildShards,
    on_clips: Callable[[int], object] = lambda _: None,
) -> Preparation:
    """Write the missing shards of this process's part of the work.

    Args:
        configs: the training configs; the configs may differ only in heatmaps and training settings.
        sources: all clips of the configs.
        options: the output folder, the part of the work, the number of processes, and the device.
        build: function that builds the shards, such as `build_in_processes`.
        on_clips: function that is called after each shard, with the number of clips in the shard.

    Raises:
        BadConfig: the configs differ in their clips or encoders, or the folder has other settings.
        CannotWrite: the disk is full; complete shards stay.
    """
    builder = ShardBuilder(configs, sources, "cpu")
    shards = math.ceil(len(sources) / options.clips_per_shard)
    settings = prepared_settings(configs, builder.encoder.keys, clips=len(sources), shards=shards)
    settings.write(options.output)
    result, missing = Preparation(), []
    for number in options.own_shards(len(sources)):
        part = [sources[place] for place in options.places(number, len(sources))]
        if is_complete(options.output, number):
            result.shards_kept += 1
            on_clips(len(part))
        else:
            missing.append((number, part))
    for built in build(configs, missing, options):
        result.clips += built.clips
        result.broken |= built.broken
        on_clips(built.clips + len(built.broken))
    return result


def build_in_processes(
    configs: Sequence[TrainingConfig], missing: Sequence[NumberedClips], options: PreparationOptions
) -> Iterator[ShardResult]:
    """Build shards in several processes of this machine; yield each result as the shard is finished."""
    if not missing:
        return
    # Spawn the processes, because a forked process cannot use a GPU or the threads of torch.
    arguments = ([config.model_dump(mode="json") for config in configs], options.device)
    workers = min(options.workers, len(missing))
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_process, arguments)
    try:
        waiting = [pool.submit(_build_in_process, options.output, *each) for each in missing]
        for done in as_completed(waiting):
            yield done.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_builders: list[ShardBuilder] = []


def _start_process(trees: Sequence[dict[str, object]], device: str) -> None:
    """Create the builder of a new process."""
    configs = [parse_config(tree, str(tree["name"])) for tree in trees]
    _builders.append(ShardBuilder(configs, clip_sources(configs[0].data), device))


def _build_in_process(folder: Path, number: int, sources: Sequence[ClipSource]) -> ShardResult:
    return _builders[0].build(folder, number, sources)
