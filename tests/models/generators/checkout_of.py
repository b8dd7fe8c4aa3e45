"""Checkouts of baselines in which a stand-in program replaces the real one."""

import shutil
import sys
from pathlib import Path

from models.generators.adapter_entries import shipped_adapter
from models.generators.checkouts import Checkout
from models.generators.recipes import SubprocessRecipe, read_recipe
from models.generators.subprocess_adapter import SubprocessGenerator

SCRIPTS = {
    "dynamicrafter": "scripts/evaluation/inference.py",
    "videocrafter": "scripts/evaluation/inference.py",
    "cinemo": "pipelines/animation.py",
    "seine": "sample_scripts/with_mask_sample.py",
    "cond-leak": "examples/DynamiCrafter/scripts/evaluation/inference.py",
    "ti2v-zero": "demo_img2vid.py",
    "animate-anything": "train.py",
    "consisti2v": "scripts/animate.py",
}

# The shape of TI2V-Zero's script in words of our own: constants, a GPU of its choice, names after the prompt.
SCRIPT_OF_CONSTANTS = '''\
"""Draws one prompt."""

import os

import numpy as np

import stand_in_program

os.environ["CUDA_VISIBLE_DEVICES"] = "1"
input = "A prompt of the script's own."
img_path = "its-own.png"
output_dir = "./its-videos"
output_img_dir = "./its-frames"
resample_iter = 2
ddim_step = 2
NUM_NEW_FRAMES = 3
NUM_SAMPLES = 2
add_vid_cond = False
use_ddpm_inversion = False
IMG_H = 64
IMG_W = 64
NUM_COND_FRAMES = 3
stand_in_program.begin()
os.makedirs(output_dir)
for number in range(NUM_SAMPLES):
    first = img_path
    name = input.replace(" ", "_")[:-1] + "-drawn%04d-%02d" % (np.random.randint(10000), number)
    folder = os.path.join(output_img_dir, name)
    os.makedirs(folder)
    img_path = os.path.join(folder, name)
    stand_in_program.draw_images(first, input, img_path, frames=NUM_NEW_FRAMES + 1, size=(IMG_W, IMG_H))
    print("saved", name)
'''


# Importing torch takes ten times as long as the rest of the stand-in program.
STAND_IN_TORCH = '''\
"""Accepts a seed, like torch."""


def manual_seed(seed):
    if not isinstance(seed, int):
        raise TypeError(f"a seed is an int, not {seed!r}")
'''


def recipe_of(name: str, **changes: object) -> SubprocessRecipe:
    """Read a shipped adapter, without its GPU requirement."""
    recipe = read_recipe(shipped_adapter(name))
    assert isinstance(recipe, SubprocessRecipe)
    return recipe.model_copy(update={"gpu_gib": 0, **changes})


def checkout_of(recipe: SubprocessRecipe, folder: Path, *, mood: str = "") -> Path:
    """Write a checkout at the required commit, with an interpreter, weights and the stand-in program."""
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text(f"{recipe.repository.commit}\n")
    interpreter = folder / recipe.environment.interpreter
    interpreter.parent.mkdir(parents=True)
    interpreter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    interpreter.chmod(0o755)
    for weights in recipe.weights:
        for pattern in weights.files or ("*",):
            file = folder / weights.into / pattern.replace("*", "model.ckpt")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(recipe.name.encode())
    shutil.copy(Path(__file__).with_name("stand_in_program.py"), folder / "stand_in_program.py")
    script = folder / SCRIPTS[recipe.name]
    if recipe.script:
        script.write_text(SCRIPT_OF_CONSTANTS)
        (folder / "torch.py").write_text(STAND_IN_TORCH)
    else:
        write_script(script, folder, recipe.name)
    if mood:
        (folder / "misbehave.txt").write_text(mood)
    return folder


def write_script(script: Path, folder: Path, program: str) -> None:
    """Write a script that runs the stand-in program in place of a real one."""
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(folder)!r})\n"
        f"import stand_in_program\nstand_in_program.run({program!r})\n"
    )


def generator_of(recipe: SubprocessRecipe, folder: Path, *, mood: str = "") -> SubprocessGenerator:
    """Return a loaded generator on a checkout with the stand-in program."""
    checkout = Checkout(recipe, checkout_of(recipe, folder, mood=mood))
    generator = SubprocessGenerator(recipe, checkout, recipe_sha256="0" * 64)
    generator.load("cpu", "auto")
    return generator
