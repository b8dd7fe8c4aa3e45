"""`ti2v heatmap`: where a clip moves, as a picture and as an array."""

from pathlib import Path

import click

from models.motion.settings import DEFAULT_FLOW, DEFAULT_SETTINGS, FLOW_NAMES, FlowUnit

_ARRAYS = {".npz", ".npy"}
_PICTURES = {".png", ".webp", ".pdf", ".svg"}


@click.command("heatmap")
@click.argument("clip", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="A picture (.png, .webp, .pdf, .svg; the array goes beside it as .npz), or the array (.npz, .npy).",
)
@click.option(
    "--flow",
    "flow_name",
    type=click.Choice(FLOW_NAMES),
    default=DEFAULT_FLOW,
    show_default=True,
    help="What estimates the flow.",
)
@click.option(
    "--unit",
    type=click.Choice([unit.value for unit in FlowUnit]),
    default=DEFAULT_SETTINGS.unit.value,
    show_default=True,
    help="What the length of flow is measured in.",
)
@click.option(
    "--noise-floor",
    type=click.FloatRange(0, 1),
    default=DEFAULT_SETTINGS.noise_floor,
    show_default=True,
    help="Flow shorter than this share of the shorter side counts as none.",
)
@click.option("--inverse", is_flag=True, help="1 - m, as the Inv-MotiF ablation weighs.")
@click.option(
    "--columns", type=click.IntRange(2, 16), default=6, show_default=True, help="Frames in the picture."
)
def heatmap(
    clip: Path, output: Path, flow_name: str, unit: str, noise_floor: float, inverse: bool, columns: int
) -> None:
    """Draw where CLIP moves: its frames, flow, heatmap and share of moving pixels; write the heatmap."""
    # numpy, OpenCV and matplotlib take a second, which a wrong name need not wait for.
    _refuse_places(output)
    from models.motion.flow import flow_named
    from models.motion.frames import read_clip
    from models.motion.heatmap import motion_heatmap, moving_share
    from models.motion.heatmap_files import write_array
    from models.motion.settings import HeatmapSettings
    from models.motion.visualization import Motion, write_picture

    settings = HeatmapSettings(unit=FlowUnit(unit), noise_floor=noise_floor, inverse=inverse)
    frames = read_clip(clip).frames
    flow = flow_named(flow_name)(frames)
    maps = motion_heatmap(flow, settings)
    array = output if output.suffix in _ARRAYS else output.with_suffix(".npz")
    write_array(array, maps, settings=settings, flow_name=flow_name)
    if output.suffix in _PICTURES:
        title = f"{clip.stem}   ({flow_name}, {unit})"
        write_picture(Motion(frames, flow, maps, title), output, columns=columns)
    click.echo(f"{moving_share(maps):.4f}")
    click.echo(f"Wrote {output}{'' if array == output else f' and {array}'}.", err=True)


def _refuse_places(output: Path) -> None:
    if not output.parent.is_dir():
        raise click.BadParameter(f"there is no folder {output.parent}", param_hint="--output")
    if output.suffix not in _ARRAYS | _PICTURES:
        endings = ", ".join(sorted(_ARRAYS | _PICTURES))
        raise click.BadParameter(f"a file that ends in one of {endings}", param_hint="--output")
