"""Computes the remaining setup steps of a model (checkout, environment, weights), to print or run them."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from models.generators.base import CannotRun
from models.generators.checkouts import Checkout
from models.generators.child_process import minimal_environment
from models.generators.hub import cached_snapshot, download
from models.generators.placeholders import fill
from models.generators.recipe_weights import Weights
from models.generators.recipes import AnyRecipe, DiffusersRecipe, HostedRecipe, SubprocessRecipe
from models.generators.revisions import pinned_revision
from models.generators.script_copy import script_problem

# Environment variables that setup steps inherit, because they need network access.
_NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Step:
    """A setup step: a function that runs the step, and the equivalent shell command for display."""

    command_line: str
    run: Callable[[], object]


def setup_steps(recipe: AnyRecipe) -> list[Step]:
    """Return the setup steps that are not finished yet, in order."""
    if isinstance(recipe, HostedRecipe):
        return []
    if isinstance(recipe, DiffusersRecipe):
        return list(_cache_steps(recipe))
    checkout = Checkout(recipe)
    return [*_code_steps(recipe, checkout), *_weight_steps(recipe, checkout)]


def _cache_steps(recipe: DiffusersRecipe) -> Iterator[Step]:
    # Several components can come from one repository.
    for weights in {each.source: each for each in recipe.all_weights}.values():
        if cached_snapshot(weights) is None:
            yield Step(_hub_line(weights), partial(download, weights))


def _code_steps(recipe: SubprocessRecipe, checkout: Checkout) -> Iterator[Step]:
    folder, commit = checkout.folder, recipe.repository.commit
    if not (folder / ".git").is_dir():
        yield _shell(["git", "clone", "--no-checkout", recipe.repository.url, str(folder)], Path.cwd())
    if checkout.commit() != commit:
        yield _shell(["git", "-C", str(folder), "checkout", "--detach", commit], Path.cwd())
    elif recipe.script and script_problem(folder, recipe.script):
        yield _shell(["git", "-C", str(folder), "checkout", commit, "--", recipe.script.path], Path.cwd())
    if not (folder / recipe.environment.interpreter).exists():
        python = str(folder / recipe.environment.interpreter)
        for step in recipe.environment.steps:
            yield _shell(shlex.split(fill(step, {"python": python})), folder)


def _weight_steps(recipe: SubprocessRecipe, checkout: Checkout) -> Iterator[Step]:
    for weights in recipe.weights:
        if not checkout.has(weights):
            target = checkout.folder / weights.into
            yield _hub_step(weights, target) if weights.is_on_hub else _archive_step(weights, target)


def _hub_step(weights: Weights, target: Path) -> Step:
    line = f"{_hub_line(weights)} --local-dir {shlex.quote(str(target))}"
    return Step(line, lambda: download(weights, into=target, pickles=True))


def _archive_step(weights: Weights, target: Path) -> Step:
    # tar refuses members outside the folder.
    quoted = shlex.quote(str(target.parent))
    pipeline = f"curl --fail --location {shlex.quote(weights.source)} | tar --extract --directory {quoted}"
    return _shell(["/bin/sh", "-c", f"mkdir -p {quoted} && {pipeline}"], Path.cwd())


def _hub_line(weights: Weights) -> str:
    revision = pinned_revision(weights) or "COMMIT"
    patterns = "".join(f" --include {shlex.quote(each)}" for each in weights.files)
    return f"hf download {weights.source} --revision {revision}{patterns}"


def _shell(command: list[str], cwd: Path) -> Step:
    cd = f"cd {shlex.quote(str(cwd))} && " if cwd != Path.cwd() else ""
    return Step(cd + shlex.join(command), lambda: _run(command, cwd))


def _run(command: list[str], cwd: Path) -> None:
    inherited = {name: os.environ[name] for name in (*_NETWORK, "HOME", "PATH") if name in os.environ}
    own = {"HF_HOME": str(cwd / ".hub"), "TORCH_HOME": str(cwd / ".torch")}
    environment = minimal_environment(inherited | own)
    try:
        subprocess.run(  # noqa: S603 - a command of the recipe, which `setup` prints
            [_program(command[0]), *command[1:]], cwd=cwd, env=environment, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotRun(f"This step failed: {shlex.join(command)}: {error}") from error


def _program(name: str) -> str:
    """Return the path of a program; a `uv` in this Python environment is preferred to any other `uv`."""
    bundled = Path(sys.executable).with_name("uv")
    return str(bundled) if name == "uv" and bundled.exists() else shutil.which(name) or name
