"""Saves a diffusers pipeline of toy size with random weights for each shipped adapter.

The sizes are the sizes in diffusers' own tests; the code is ours.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import torch
from diffusers import DiffusionPipeline, ModularPipeline

from models.generators.adapter_entries import shipped_adapter
from models.generators.recipe_tables import ArgumentOrList
from models.generators.recipes import DiffusersRecipe, NativeTable, read_recipe
from tests.models.generators.toys.cosmos import cosmos, cosmos3
from tests.models.generators.toys.helios import helios
from tests.models.generators.toys.hunyuan import framepack, hunyuan, hunyuan_1_5, skyreels_v1
from tests.models.generators.toys.kandinsky import kandinsky, kandinsky6
from tests.models.generators.toys.ltx2 import ltx2
from tests.models.generators.toys.minimax_h3 import minimax_h3
from tests.models.generators.toys.sana import sana
from tests.models.generators.toys.single_models import cogvideox, cogvideox_1_5, i2vgen_xl, ltx
from tests.models.generators.toys.wan import skyreels_v2, wan, wan_ti2v, wan_with_two_experts


@dataclass(frozen=True)
class Toy:
    """A toy pipeline, with the size and the arguments that replace the values in the adapter's recipe."""

    build: Callable[[], DiffusionPipeline | ModularPipeline]
    size: int
    frames: int
    call: dict[str, ArgumentOrList] = field(default_factory=dict)
    fps: int = 8


SHORT: dict[str, ArgumentOrList] = {"max_sequence_length": 16}
TOYS = {
    "i2vgen-xl": Toy(i2vgen_xl, 32, 4),
    "cogvideox-5b-i2v": Toy(cogvideox, 16, 9, SHORT),
    "cogvideox-1.5-5b-i2v": Toy(cogvideox_1_5, 16, 9, SHORT),
    "wan-2.1-i2v-14b-480p": Toy(wan, 32, 5, SHORT),
    "wan-2.2-i2v-a14b": Toy(wan_with_two_experts, 32, 5, SHORT),
    "wan-2.2-ti2v-5b": Toy(wan_ti2v, 32, 5, SHORT),
    "skyreels-v2-i2v-1.3b-540p": Toy(skyreels_v2, 32, 5, SHORT),
    "skyreels-v2-i2v-14b-720p": Toy(skyreels_v2, 32, 5, SHORT),
    "skyreels-v1-i2v": Toy(skyreels_v1, 16, 9, SHORT),
    "ltx-video": Toy(ltx, 32, 9, SHORT),
    "ltx-2": Toy(ltx2, 32, 9, {**SHORT, "spatio_temporal_guidance_blocks": (0,)}),
    # One section of 2 latent frames and the image.
    "framepack-i2v": Toy(framepack, 32, 9, {"num_frames": 5, "latent_window_size": 2}),
    "hunyuanvideo-i2v": Toy(hunyuan, 16, 9),
    "hunyuanvideo-1.5-i2v-480p": Toy(hunyuan_1_5, 32, 5),
    "hunyuanvideo-1.5-i2v-720p": Toy(hunyuan_1_5, 32, 5),
    # The class evens out the first four latent frames by those that follow: there must be a fifth.
    "kandinsky-5-i2v-pro": Toy(kandinsky, 64, 17),
    # The class puts a text of 129 tokens before the prompt; some of our tokens are blanks.
    "kandinsky-6-ti2va-pro": Toy(kandinsky6, 32, 5, {"max_sequence_length": 200}),
    "cosmos-predict2-2b": Toy(cosmos, 32, 5, SHORT),
    "cosmos3-nano": Toy(cosmos3, 32, 5),
    # Two sections of 2 latent frames.
    "helios-base": Toy(helios, 32, 9, {**SHORT, "num_frames": 10, "num_latent_frames_per_chunk": 2}),
    # Without binning, the class keeps the size of a toy.
    "sana-video-2b-480p": Toy(sana, 32, 5, {**SHORT, "use_resolution_binning": False}),
    # The class generates at least 5 seconds at 24 frames per second.
    "minimax-h3": Toy(minimax_h3, 32, 124, fps=24),
}


def toy_recipe(name: str) -> DiffusersRecipe:
    """Return a shipped adapter's recipe with a toy's size and two steps; all other values are unchanged."""
    recipe, toy = read_recipe(shipped_adapter(name)), TOYS[name]
    assert isinstance(recipe, DiffusersRecipe)
    form = NativeTable(width=toy.size, height=toy.size, frames=toy.frames, fps=Fraction(toy.fps))
    call = {**recipe.call, **toy.call, "num_inference_steps": 2}
    # The toys are saved in float32 under plain names.
    return recipe.model_copy(
        update={"native": form, "call": call, "gpu_gib": 0, "variant": None, "components": ()}
    )


def save_toy(name: str, folder: Path) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        pipeline = TOYS[name].build()
        if isinstance(pipeline, ModularPipeline):
            pipeline.save_pretrained(str(folder), overwrite_modular_index=True)
        else:
            pipeline.save_pretrained(folder, safe_serialization=True)
    return folder
