"""`ti2v prepare`: encodes the clips of training configs once, in parallel."""

import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

from benchmark.plurals import counted

_BROKEN_SHOWN = 10


@click.command("prepare")
@click.argument("configs", metavar="CONFIG...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder of the shards."
)
@click.option("--shard", help="Prepare one part of the shards, such as 3/8, the third of eight parts.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    show_default="number of processors",
    help="Number of processes, or of actors on Ray.",
)
@click.option("--device", default="cpu", show_default=True, help="Device of encoders, RAFT and SAM.")
@click.option(
    "--clips-per-shard",
    type=click.IntRange(1, 9999),
    default=256,
    show_default=True,
    help="Clips per tar file.",
)
@click.option("--ray-address", help="Address of a running Ray cluster, whose machines share the folders.")
def prepare(
    configs: tuple[Path, ...],
    output: Path,
    shard: str | None,
    workers: int,
    device: str,
    clips_per_shard: int,
    ray_address: str | None,
) -> None:
    """Encode the clips of CONFIG, and compute their heatmaps, so that training decodes no video.

    CONFIGs may differ only in heatmaps and training settings. For each clip, the command stores the heatmaps
    of all CONFIGs. If the command is interrupted, run it again: complete shards are kept. Set data.prepared
    to the output folder before you train.
    """
    from models.shard import WHOLE, parse_shard
    from models.training.config_io import read_config, resolve_config_path
    from models.training.datasets import clip_sources
    from models.training.prepare import BuildShards, PreparationOptions, build_in_processes
    from models.training.prepare import prepare as prepare_clips

    part = parse_shard(shard) if shard is not None else WHOLE
    parsed = [read_config(resolve_config_path(path)) for path in configs]
    options = PreparationOptions(output, part, workers, device, clips_per_shard)
    build: BuildShards = build_in_processes
    cluster: AbstractContextManager[None] = nullcontext()
    if ray_address:
        from models.training.prepare_on_ray import build_on_ray
        from models.worker.ray_engine import ray_cluster

        build, cluster = build_on_ray, ray_cluster(ray_address)
    sources = clip_sources(parsed[0].data)
    own = options.own_clips(len(sources))
    with (
        cluster,
        click.progressbar(length=own, label="Preparing clips", file=sys.stderr, show_pos=True) as bar,
    ):
        result = prepare_clips(parsed, sources, options, build=build, on_clips=bar.update)
    kept = f"; kept {counted(result.shards_kept, 'shard')}" if result.shards_kept else ""
    click.echo(f"{output}: prepared {counted(result.clips, 'clip')}{kept}.", err=True)
    _print_broken(result.broken)


def _print_broken(broken: Mapping[str, str]) -> None:
    """Print the first broken clips. The index files of the shards list all broken clips."""
    for name, reason in list(broken.items())[:_BROKEN_SHOWN]:
        click.echo(f"Skipped {name}: {reason}", err=True)
    if len(broken) > _BROKEN_SHOWN:
        more = counted(len(broken) - _BROKEN_SHOWN, "more clip")
        click.echo(f"Skipped {more}; the shards' JSON files list all.", err=True)
