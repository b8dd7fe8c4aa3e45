"""`ti2v motif convert`: weights of others into our layout, and back."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from models.motif.unet import MotifUNet

# torch and diffusers are imported inside, so that `--help` starts fast.


class Layout(StrEnum):
    """What `convert` writes."""

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
    help="What to write: a folder of ours, or one file as VideoCrafter2's.",
)
@click.option(
    "--conditioning",
    type=click.Choice(["x-cat", "cx-attn", "both"]),
    default="x-cat",
    show_default=True,
    help="How the new network takes in the image.",
)
@click.option(
    "--sizes",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="config.json of a network of other sizes than VideoCrafter2's.",
)
def convert(source: Path, output: Path, layout: str, conditioning: str, sizes: Path | None) -> None:
    """Convert the weights at SOURCE and write them to OUTPUT, as safetensors.

    SOURCE is a VideoCrafter2 checkpoint (a file), a text-to-video network in diffusers' layout such as
    ModelScope or zeroscope (a folder), or with --to videocrafter2 a folder of ours. Pickles are read
    without running what they name; one that holds more than tensors is refused.
    """
    if output.exists():
        raise click.ClickException(f"{output} is there already; name a new one")
    if Layout(layout) is Layout.VIDEOCRAFTER2:
        _write_videocrafter(source, output)
    else:
        network = _read_base(source, conditioning, sizes)
        network.save_pretrained(output)
    click.echo(f"Wrote {output}.", err=True)


def _read_base(source: Path, conditioning: str, sizes: Path | None) -> "MotifUNet":
    """Return a network with the weights of a text-to-video network."""
    from models.motif.conditioning import conditioning_named
    from models.motif.convert import from_videocrafter
    from models.motif.unet import MotifUNet
    from models.motif.weights import read_tensors, read_text_to_video

    if source.is_dir():
        return read_text_to_video(source, conditioning_named(conditioning))
    tensors = read_tensors(source)
    network: MotifUNet = MotifUNet.from_config({**_sizes_in(sizes), "conditioning": conditioning})
    from_videocrafter(tensors, network, source)
    return network


def _sizes_in(file: Path | None) -> dict[str, object]:
    if file is None:
        return {}
    try:
        sizes = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.BadParameter(f"{file} is no JSON: {error}", param_hint="--sizes") from error
    if not isinstance(sizes, dict):
        raise click.BadParameter(f"{file} is not the config.json of a network", param_hint="--sizes")
    return sizes


def _write_videocrafter(source: Path, output: Path) -> None:
    from safetensors.torch import save_file

    from models.motif.convert import to_videocrafter
    from models.motif.weights import read_motif_unet

    if output.suffix != ".safetensors":
        raise click.BadParameter(f"{output.name} does not end in .safetensors", param_hint="OUTPUT")
    save_file(to_videocrafter(read_motif_unet(source)), output)
