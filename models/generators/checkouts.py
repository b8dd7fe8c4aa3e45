"""A baseline's checkout on this machine: is it whole, what does its program see, how is it set up."""

import os
import re
from pathlib import Path

from models.generators.base import CannotRun
from models.generators.machine import gpu_too_small
from models.generators.recipes import SubprocessRecipe, Weights
from models.generators.script_copy import script_problem
from models.generators.settings import generator_settings
from models.generators.weights_digest import checkpoint_sha256, weight_files

_COMMIT = re.compile(r"[0-9a-f]{40}")


class Checkout:
    """The folder a recipe's repository, environment and weights stand in.

    Args:
        folder: where it is; the one `settings` names if None.
    """

    def __init__(self, recipe: SubprocessRecipe, folder: Path | None = None) -> None:
        self._recipe = recipe
        self.folder = (folder or generator_settings().checkout_folder(recipe.name)).absolute()

    @property
    def log(self) -> Path:
        """Where the program's last output is kept."""
        return self.folder / "ti2v-last-run.log"

    def why_not(self) -> str | None:
        """Say what is missing, without a look at the GPU; None if nothing is."""
        recipe = self._recipe
        do = f"run: ti2v generators setup {recipe.name} --run"
        if not self.folder.is_dir():
            return f"There is no checkout of {recipe.repository.url} in {self.folder}; {do}"
        if (commit := self.commit()) != recipe.repository.commit:
            return (
                f"{self.folder} stands at {commit or 'no commit'}, expected {recipe.repository.commit}; {do}"
            )
        if recipe.script and (problem := script_problem(self.folder, recipe.script)):
            return f"{problem}; {do}"
        if not (self.folder / recipe.environment.interpreter).exists():
            return f"Its environment is missing ({recipe.environment.interpreter}); {do}"
        missing = [each for each in recipe.weights if not self.has(each)]
        if missing:
            wanted = ", ".join(f"{each} into {each.into}" for each in missing)
            return f"Weights are missing: {wanted}; {do}"
        return None

    def why_not_here(self) -> str | None:
        """Say what is missing, GPU included."""
        return self.why_not() or gpu_too_small(self._recipe.gpu_gib)

    def commit(self) -> str:
        """Return the commit that is checked out; empty where that cannot be read."""
        try:
            head = (self.folder / ".git" / "HEAD").read_text(encoding="utf-8").strip()
            if head.startswith("ref: "):
                head = (self.folder / ".git" / head.removeprefix("ref: ")).read_text(encoding="utf-8").strip()
        except OSError:
            return ""
        return head if _COMMIT.fullmatch(head) else ""

    def checkpoint_sha256(self) -> str:
        """Return one sha256 over the weight files of all that was put into the checkout."""
        places = {self.folder / each.into for each in self._recipe.weights}
        return checkpoint_sha256(sorted({file for place in places for file in weight_files(place)}))

    def environment(self, work: Path, device: str) -> dict[str, str]:
        """Return what the program sees beyond the basics: folders of its own, and one GPU.

        It is cut off from the hub: what it would fetch at run time has no pinned revision.
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
            # The copy lies elsewhere, and imports what stands beside the script.
            own["PYTHONPATH"] = str((self.folder / self._recipe.script.path).parent)
        return own | visible_gpu(device)

    def has(self, weights: Weights) -> bool:
        """Say whether weights are in their place, each of the files that are needed."""
        place = self.folder / weights.into
        if weights.files:
            return all(any(place.glob(pattern)) for pattern in weights.files)
        return bool(weight_files(place))


def visible_gpu(device: str) -> dict[str, str]:
    """Return CUDA_VISIBLE_DEVICES for a child that is to see one device, none for a CPU.

    Raises:
        CannotRun: there is no such device.
    """
    ours = os.environ.get("CUDA_VISIBLE_DEVICES")
    kind, _, number = device.partition(":")
    if kind == "cpu":
        return {"CUDA_VISIBLE_DEVICES": ""}
    if kind != "cuda" or (number and not number.isdigit()):
        raise CannotRun(f"There is no device {device!r}; give cpu, cuda or cuda:N.")
    if not number:
        return {} if ours is None else {"CUDA_VISIBLE_DEVICES": ours}
    seen = ours.split(",") if ours else None
    if seen is not None and int(number) >= len(seen):
        raise CannotRun(f"There is no {device}: CUDA_VISIBLE_DEVICES shows {len(seen)}.")
    return {"CUDA_VISIBLE_DEVICES": seen[int(number)] if seen else number}
