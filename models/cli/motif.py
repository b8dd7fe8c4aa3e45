"""`ti2v motif convert`: converts weights between VideoCrafter2, diffusers and MotiF."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from models.motif.unet import MotifUNet

# torch and diffusers are imported inside the functions, so that `--help` starts fast.


class Layout(StrEnum):
    """Checkpoint format that `convert` writes."""

    MOTIF = "motif"
    VIDEOCRAFTER2 = "videocrafter2"


@click.command("convert")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "layout",
    type=click.Choice([layout.value for layout in Layout]),
    default=Layout.MOTIF.value,
    show_default=True,
    help="Output format: a folder for MotifUNet, or one file in VideoCrafter2's format.",
)
@click.option(
    "--conditioning",
    type=click.Choice(["x-cat", "cx-attn", "both"]),
    default="x-cat",
    show_default=True,
    help="Image conditioning of the converted network.",
)
@click.option(
    "--sizes",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="config.json with the network's sizes, if they differ from VideoCrafter2's.",
)
def convert(source: Path, output: Path, layout: str, conditioning: str, sizes: Path | None) -> None:
    """Convert the weights at SOURCE and write the converted weights to OUTPUT, as safetensors.

    SOURCE is a VideoCrafter2 checkpoint (a file) or a text-to-video network in diffusers' layout, such as
    ModelScope or zeroscope (a folder). With --to videocrafter2, SOURCE is the folder of a MotifUNet. Pickles
    are loaded without running code; a pickle is refused if it contains other objects than tensors, numbers
    and strings.
    """
    if output.exists():
        raise click.ClickException(f"{output} already exists; choose another output path")
    if Layout(layout) is Layout.VIDEOCRAFTER2:
        _write_videocrafter(source, output)
    else:
        network = _read_base(source, conditioning, sizes)
        network.save_pretrained(output)
    click.echo(f"Wrote {output}.", err=True)


def _read_base(source: Path, conditioning: str, sizes: Path | None) -> "MotifUNet":
    """Load a text-to-video network and add image conditioning."""
    from models.motif.conditioning import parse_conditioning
    from models.motif.convert import load_videocrafter_weights
    from models.motif.unet import MotifUNet
    from models.motif.weights import read_tensors, read_text_to_video

    if source.is_dir():
        return read_text_to_video(source, parse_conditioning(conditioning))
    tensors = read_tensors(source)
    network: MotifUNet = MotifUNet.from_config({**_read_sizes(sizes), "conditioning": conditioning})
    load_videocrafter_weights(tensors, network, source)
    return network


def _read_sizes(file: Path | None) -> dict[str, object]:
    if file is None:
        return {}
    try:
        sizes = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.BadParameter(f"{file} is not valid JSON: {error}", param_hint="--sizes") from error
    if not isinstance(sizes, dict):
        raise click.BadParameter(f"{file} is not the config.json of a network", param_hint="--sizes")
    return sizes


def _write_videocrafter(source: Path, output: Path) -> None:
    from safetensors.torch import save_file

    from models.motif.convert import videocrafter_state_dict
    from models.motif.weights import read_motif_unet

    if output.suffix != ".safetensors":
        raise click.BadParameter(f"{output.name} must end in .safetensors", param_hint="OUTPUT")
    save_file(videocrafter_state_dict(read_motif_unet(source)), output)
