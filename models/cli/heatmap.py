"""`ti2v heatmap`: writes the motion heatmap of a clip as an array and a figure."""

from pathlib import Path

import click

from benchmark.cli.parameters import FiniteFloatRange
from models.motion.settings import DEFAULT_FLOW, DEFAULT_SETTINGS, FLOW_NAMES, FlowUnit

_ARRAYS = {".npz", ".npy"}
_FIGURES = {".png", ".webp", ".pdf", ".svg"}


@click.command("heatmap")
@click.argument("clip", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Output file: a figure (.png, .webp, .pdf, .svg; also writes the array as .npz), or the array only "
    "(.npz, .npy).",
)
@click.option(
    "--flow",
    "flow_name",
    type=click.Choice(FLOW_NAMES),
    default=DEFAULT_FLOW,
    show_default=True,
    help="Optical flow estimator.",
)
@click.option(
    "--unit",
    type=click.Choice([unit.value for unit in FlowUnit]),
    default=DEFAULT_SETTINGS.unit.value,
    show_default=True,
    help="Unit of the flow magnitude.",
)
@click.option(
    "--noise-floor",
    type=FiniteFloatRange(0, 1),
    default=DEFAULT_SETTINGS.noise_floor,
    show_default=True,
    help="Set flow below this share of the frame's shorter side to 0.",
)
@click.option(
    "--subtract-camera", is_flag=True, help="Subtract the camera's motion, which most of the frame follows."
)
@click.option("--inverse", is_flag=True, help="Write 1 - m, the weights of the Inv-MotiF ablation.")
@click.option(
    "--columns", type=click.IntRange(2, 16), default=6, show_default=True, help="Frames in the figure."
)
def heatmap(
    clip: Path,
    output: Path,
    flow_name: str,
    unit: str,
    noise_floor: float,
    subtract_camera: bool,
    inverse: bool,
    columns: int,
) -> None:
    """Write the motion heatmap of CLIP, and a figure of its frames, flow and heatmap.

    The command prints the share of moving pixels (m > 0.5).
    """
    # Validate before the imports: numpy, OpenCV and matplotlib take a second.
    _check_output(output)
    from models.motion.flow import create_flow_estimator, last_frame_flow
    from models.motion.frames import read_clip
    from models.motion.heatmap import motion_heatmap, moving_share
    from models.motion.heatmap_files import write_heatmap
    from models.motion.settings import HeatmapSettings
    from models.motion.visualization import ClipMotion, write_figure

    settings = HeatmapSettings(
        unit=FlowUnit(unit), noise_floor=noise_floor, subtract_camera=subtract_camera, inverse=inverse
    )
    frames = read_clip(clip).frames
    estimator = create_flow_estimator(flow_name)
    flow = estimator(frames)
    maps = motion_heatmap(flow, settings, last_flow=last_frame_flow(estimator, frames))
    array = output if output.suffix in _ARRAYS else output.with_suffix(".npz")
    write_heatmap(array, maps, settings=settings, flow_name=flow_name)
    if output.suffix in _FIGURES:
        title = f"{clip.stem}   ({flow_name}, {unit})"
        write_figure(ClipMotion(frames, flow, maps, title), output, columns=columns)
    click.echo(f"{moving_share(maps):.4f}")
    click.echo(f"Wrote {output}{'' if array == output else f' and {array}'}.", err=True)


def _check_output(output: Path) -> None:
    if not output.parent.is_dir():
        raise click.BadParameter(f"the folder {output.parent} does not exist", param_hint="--output")
    if output.suffix not in _ARRAYS | _FIGURES:
        extensions = ", ".join(sorted(_ARRAYS | _FIGURES))
        raise click.BadParameter(f"the file name must end in one of {extensions}", param_hint="--output")
