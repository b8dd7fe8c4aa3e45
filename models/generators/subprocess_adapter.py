"""Runs models that live in a checkout and environment of their own, as their TOML says; see `recipes`."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.generators.base import (
    CannotRun,
    ClipRequest,
    Crashed,
    Frames,
    GeneratedClip,
    GeneratorError,
    OutOfMemory,
    Provenance,
    TimedOut,
)
from models.generators.checkouts import Checkout, visible_gpu
from models.generators.child_process import Ended, minimal_environment, run_child
from models.generators.images import readable_images
from models.generators.machine import gpu_too_small
from models.generators.outputs import find_made, read_clip, read_images
from models.generators.placeholders import fill
from models.generators.recipes import SubprocessRecipe
from models.generators.staging import Stage, StagedClip, check_prompt, lay_out, output_pattern
from models.generators.usage import library_versions

_OUT_OF_MEMORY = ("CUDA out of memory", "OutOfMemoryError", "CUDA error: out of memory")


class SubprocessGenerator:
    """A foreign program behind the protocol. Each call of `generate` starts it anew.

    Args:
        recipe_sha256: of the TOML, for provenance.
    """

    def __init__(self, recipe: SubprocessRecipe, checkout: Checkout, *, recipe_sha256: str) -> None:
        self.name = recipe.name
        self._recipe = recipe
        self._checkout = checkout
        self._recipe_sha256 = recipe_sha256
        self._device = ""
        self._checkpoint_sha256 = ""

    def load(self, device: str, dtype: str) -> None:  # noqa: ARG002 - the program picks its own
        """Look whether everything is in place; the program loads its weights itself, in its own type."""
        problem = self._checkout.why_not()
        if problem:
            raise CannotRun(problem)
        if self._recipe.gpu_gib:
            small = gpu_too_small(self._recipe.gpu_gib)
            if small or not device.startswith("cuda"):
                raise CannotRun(f"{self.name} cannot run on {device}: {small or 'it needs a GPU.'}")
        visible_gpu(device)
        self._device = device
        self._checkpoint_sha256 = self._checkout.checkpoint_sha256()

    def unload(self) -> None:
        self._device = ""

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        if not self._device:
            raise CannotRun(f"{self.name} is not loaded.")
        waiting = list(requests)
        while waiting:
            taken = self._run_of(waiting)
            waiting = waiting[len(taken) :]
            yield from self._run(taken)

    def _run_of(self, waiting: Sequence[ClipRequest]) -> list[ClipRequest]:
        """Return the first requests that can go into one run.

        Raises:
            BadInput: the very first one cannot be made.
        """
        check_prompt(waiting[0], self._recipe.staging)
        waiting = waiting[: self._recipe.batch]
        waiting = waiting[: len(readable_images(waiting))]
        taken = [waiting[0]]
        for request in waiting[1:]:
            if self._recipe.seed.per == "run" and request.seed != taken[0].seed:
                break
            try:
                check_prompt(request, self._recipe.staging)
            except GeneratorError:
                break
            taken.append(request)
        return taken

    def _run(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        work = Path(tempfile.mkdtemp(prefix="ti2v-work-"))
        try:
            gpu = visible_gpu(self._device).get("CUDA_VISIBLE_DEVICES", "0")
            stage = lay_out(self._recipe, requests, work=work, checkout=self._checkout.folder, gpu=gpu)
            ended = self._start(stage)
            for clip in stage.clips:
                yield self._collect(stage, clip, ended)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _start(self, stage: Stage) -> Ended:
        recipe = self._recipe
        command = [fill(each, {**stage.clips[0].values, **stage.values}) for each in recipe.command]
        limits = recipe.limits
        try:
            return run_child(
                command,
                cwd=self._checkout.folder if recipe.cwd == "checkout" else stage.work,
                environment=minimal_environment(self._checkout.environment(stage.work, self._device)),
                log=self._checkout.log,
                log_bytes=limits.log_bytes,
                timeout_s=limits.load_s + limits.clip_s * len(stage.clips),
            )
        except OSError as error:
            raise CannotRun(f"{self.name} cannot be started: {error.strerror}: {command[0]}.") from error

    def _collect(self, stage: Stage, clip: StagedClip, ended: Ended) -> GeneratedClip:
        """Return the clip of a request; where there is none, say what became of the program.

        A program that fails at its third clip has made two good ones, so files are looked at first.
        """
        recipe = self._recipe
        native = recipe.native.as_form()
        try:
            made = find_made(stage.work, output_pattern(recipe, clip))
            if not made:
                raise self._failure(ended)
            if recipe.output.images:
                frames = read_images(made, native)
            else:
                frames = read_clip(made, native, recipe.output.fps or native.fps)
        except Crashed as error:
            if ended.exit_code == 0:
                raise Crashed(str(error), log_tail=ended.log_tail) from error
            raise self._failure(ended) from error
        return self._clip(stage, clip, frames, ended)

    def _failure(self, ended: Ended) -> GeneratorError:
        tail = ended.log_tail
        kept = f"its log is {self._checkout.log}"
        if ended.exit_code is None:
            return TimedOut(f"{self.name} was ended after {ended.seconds:.0f} s; {kept}.", log_tail=tail)
        if any(each in tail for each in _OUT_OF_MEMORY):
            return OutOfMemory(f"{self.name} ran out of GPU memory; {kept}.", log_tail=tail)
        if ended.exit_code == 0:
            return Crashed(f"{self.name} ended as if all were well, and made no clip; {kept}.", log_tail=tail)
        return Crashed(f"{self.name} ended with exit code {ended.exit_code}; {kept}.", log_tail=tail)

    def _clip(self, stage: Stage, clip: StagedClip, frames: Frames, ended: Ended) -> GeneratedClip:
        recipe, request, count = self._recipe, clip.request, len(stage.clips)
        native = recipe.native
        place = {"place_in_run": f"{int(clip.values['index']) + 1} of {count}"}
        provenance = Provenance(
            model=self.name,
            seed=request.seed,
            width=native.width,
            height=native.height,
            frames=len(frames),
            fps=str(native.fps),
            device=self._device,
            dtype="its own",
            seconds=round(ended.seconds / count, 4),
            revision=recipe.repository.commit,
            checkpoint_sha256=self._checkpoint_sha256,
            recipe_sha256=self._recipe_sha256,
            batch=count,
            settings={"seeded_per": recipe.seed.per, **(place if recipe.seed.per == "run" else {})},
            libraries=library_versions(),
        )
        return GeneratedClip(request.pair_id, request.seed, frames, native.fps, provenance)
