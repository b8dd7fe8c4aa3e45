"""Checks that a baseline's checkout is complete; builds the environment variables of its program."""

import os
import re
from pathlib import Path

from models.generators.base import CannotRun
from models.generators.machine import gpu_too_small
from models.generators.recipe_weights import Weights
from models.generators.recipes import SubprocessRecipe
from models.generators.script_copy import script_problem
from models.generators.settings import generator_settings
from models.generators.weights_digest import checkpoint_sha256, weight_files

_COMMIT = re.compile(r"[0-9a-f]{40}")


class Checkout:
    """The folder that holds a model's git repository, Python environment and weights.

    Args:
        recipe: the settings of the model, from the adapter's TOML file.
        folder: the checkout's folder; by default the folder that the settings name.
    """

    def __init__(self, recipe: SubprocessRecipe, folder: Path | None = None) -> None:
        self._recipe = recipe
        self.folder = (folder or generator_settings().checkout_folder(recipe.name)).absolute()

    @property
    def log(self) -> Path:
        """Path of the log file with the output of the last run."""
        return self.folder / "ti2v-last-run.log"

    def unavailable_reason(self) -> str | None:
        """Return what is missing in the checkout, with the setup command; None if the checkout is complete.

        This method does not check the GPU.
        """
        recipe = self._recipe
        fix = f"run: ti2v generators setup {recipe.name} --run"
        if not self.folder.is_dir():
            return f"There is no checkout of {recipe.repository.url} in {self.folder}. To install it, {fix}"
        if (commit := self.commit()) != recipe.repository.commit:
            return (
                f"The checkout {self.folder} is at {commit or 'no commit'}, but the adapter needs "
                f"{recipe.repository.commit}; {fix}"
            )
        if recipe.script and (problem := script_problem(self.folder, recipe.script)):
            return f"{problem}; {fix}"
        if not (self.folder / recipe.environment.interpreter).exists():
            return f"The Python environment is missing ({recipe.environment.interpreter}); {fix}"
        missing = [each for each in recipe.weights if not self.has(each)]
        if missing:
            wanted = ", ".join(f"{each} into {each.into}" for each in missing)
            return f"Weights are missing: {wanted}; {fix}"
        return None

    def unavailable_reason_here(self) -> str | None:
        """Return the reason why the model cannot run on this machine, such as no GPU; None if it can run."""
        return self.unavailable_reason() or gpu_too_small(self._recipe.gpu_gib)

    def commit(self) -> str:
        """Return the commit that is checked out, or an empty text if git cannot read the commit."""
        try:
            head = (self.folder / ".git" / "HEAD").read_text(encoding="utf-8").strip()
            if head.startswith("ref: "):
                head = (self.folder / ".git" / head.removeprefix("ref: ")).read_text(encoding="utf-8").strip()
        except OSError:
            return ""
        return head if _COMMIT.fullmatch(head) else ""

    def checkpoint_sha256(self) -> str:
        """Return one hash over all weight files in the checkout."""
        folders = {self.folder / each.into for each in self._recipe.weights}
        return checkpoint_sha256(sorted({file for folder in folders for file in weight_files(folder)}))

    def environment(self, work: Path, device: str) -> dict[str, str]:
        """Return the environment variables that give the program private folders and one visible GPU.

        Access to the hub is disabled, because files that the program downloads at run time would have no
        pinned revision.
        """
        home = work / "home"
        home.mkdir(exist_ok=True)
        own = {
            "HOME": str(home),
            "TMPDIR": str(home),
            "HF_HOME": str(self.folder / ".hub"),
            "TORCH_HOME": str(self.folder / ".torch"),
            "HF_HUB_OFFLINE": "1",
            "TRANSFORMERS_OFFLINE": "1",
            "WANDB_MODE": "disabled",
        }
        if self._recipe.script:
            # The patched copy is in another folder but imports modules from the original script's folder.
            own["PYTHONPATH"] = str((self.folder / self._recipe.script.path).parent)
        return own | visible_gpu(device)

    def has(self, weights: Weights) -> bool:
        """Return whether the checkout has all required files of these weights."""
        folder = self.folder / weights.into
        if weights.files:
            return all(any(folder.glob(pattern)) for pattern in weights.files)
        return bool(weight_files(folder))


def visible_gpu(device: str) -> dict[str, str]:
    """Return the variable CUDA_VISIBLE_DEVICES with a value that limits a child process to one device.

    An empty value limits the child process to the CPU. For the device `cuda`, the function returns this
    process's own CUDA_VISIBLE_DEVICES, if this variable is set.

    Raises:
        CannotRun: this machine does not have the device.
    """
    ours = os.environ.get("CUDA_VISIBLE_DEVICES")
    kind, _, number = device.partition(":")
    if kind == "cpu":
        return {"CUDA_VISIBLE_DEVICES": ""}
    if kind != "cuda" or (number and not number.isdigit()):
        raise CannotRun(f"There is no device {device!r}; expected cpu, cuda or cuda:N.")
    if not number:
        return {} if ours is None else {"CUDA_VISIBLE_DEVICES": ours}
    visible = ours.split(",") if ours else None
    if visible is not None and int(number) >= len(visible):
        raise CannotRun(f"There is no {device}: CUDA_VISIBLE_DEVICES lists {len(visible)} devices.")
    return {"CUDA_VISIBLE_DEVICES": visible[int(number)] if visible else number}
