"""Prepares shards in actors of a Ray cluster; all machines share the folders of clips and of shards."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from models.ray_setup import ActorPool, ray
from models.training.clip_sources import ClipSource
from models.training.config import TrainingConfig
from models.training.datasets import clip_sources
from models.training.prepare import NumberedClips, PreparationOptions, ShardBuilder, ShardResult


class _ShardActor:
    """Builds shards on one machine of the cluster."""

    def __init__(self, configs: Sequence[TrainingConfig], device: str) -> None:
        self._builder = ShardBuilder(configs, clip_sources(configs[0].data), device)

    def build(self, folder: Path, number: int, sources: Sequence[ClipSource]) -> ShardResult:
        return self._builder.build(folder, number, sources)


def build_on_ray(
    configs: Sequence[TrainingConfig],
    missing: Sequence[NumberedClips],
    options: PreparationOptions,
) -> Iterator[ShardResult]:
    """Build shards in `options.workers` actors of the running cluster; yield results as they are finished.

    If an actor dies, Ray starts the actor again, and the actor builds its shard again, at most three times.
    """
    if not missing:
        return
    needs_gpu = options.device.startswith("cuda")
    kind = ray.remote(num_cpus=1, num_gpus=int(needs_gpu), max_restarts=3, max_task_retries=3)(_ShardActor)
    actors = [kind.remote(configs, options.device) for _ in range(min(options.workers, len(missing)))]
    pool = ActorPool(actors)
    results: Iterator[ShardResult] = pool.map_unordered(
        lambda actor, part: actor.build.remote(options.output, *part), list(missing)
    )
    yield from results
