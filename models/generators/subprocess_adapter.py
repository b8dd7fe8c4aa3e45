"""Runs an external program with its own checkout and Python environment as a generator."""

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
from models.generators.child_process import ProcessResult, minimal_environment, run_process
from models.generators.images import read_leading_images
from models.generators.machine import gpu_too_small
from models.generators.outputs import find_outputs, read_frames, read_video
from models.generators.placeholders import fill
from models.generators.recipes import SubprocessRecipe
from models.generators.staging import StagedClip, StagedRun, check_prompt, output_pattern, write_inputs
from models.generators.usage import library_versions

_OUT_OF_MEMORY = ("CUDA out of memory", "OutOfMemoryError", "CUDA error: out of memory")


class SubprocessGenerator:
    """A generator that runs an external program. Each call of `generate` starts the program again.

    Args:
        recipe: the settings of the model, from the adapter's TOML file.
        checkout: the program's checkout.
        recipe_sha256: hash of the adapter's TOML file, for provenance.
    """

    def __init__(self, recipe: SubprocessRecipe, checkout: Checkout, *, recipe_sha256: str) -> None:
        self.name = recipe.name
        self._recipe = recipe
        self._checkout = checkout
        self._recipe_sha256 = recipe_sha256
        self._device = ""
        self._checkpoint_sha256 = ""

    def load(self, device: str, dtype: str) -> None:  # noqa: ARG002 - the program has its own dtype
        """Check that the program can run. The program loads the weights when it runs, in its own dtype."""
        problem = self._checkout.unavailable_reason()
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
        """Mark the model as not loaded. No memory is freed, because the program is not running."""
        self._device = ""

    def generate(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        """Yield one clip per request; see `Generator`."""
        if not self._device:
            raise CannotRun(f"{self.name} is not loaded.")
        waiting = list(requests)
        while waiting:
            batch = self._next_batch(waiting)
            waiting = waiting[len(batch) :]
            yield from self._run(batch)

    def _next_batch(self, waiting: Sequence[ClipRequest]) -> list[ClipRequest]:
        """Return the first requests that one run of the program can process.

        Raises:
            BadInput: the first request cannot be generated.
        """
        check_prompt(waiting[0], self._recipe.staging)
        waiting = waiting[: self._recipe.batch]
        waiting = waiting[: len(read_leading_images(waiting))]
        batch = [waiting[0]]
        for request in waiting[1:]:
            if self._recipe.seed.per == "run" and request.seed != batch[0].seed:
                break
            try:
                check_prompt(request, self._recipe.staging)
            except GeneratorError:
                break
            batch.append(request)
        return batch

    def _run(self, requests: Sequence[ClipRequest]) -> Iterator[GeneratedClip]:
        work = Path(tempfile.mkdtemp(prefix="ti2v-work-"))
        try:
            gpu = visible_gpu(self._device).get("CUDA_VISIBLE_DEVICES", "0")
            run = write_inputs(self._recipe, requests, work=work, checkout=self._checkout.folder, gpu=gpu)
            result = self._run_program(run)
            for clip in run.clips:
                yield self._collect(run, clip, result)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _run_program(self, run: StagedRun) -> ProcessResult:
        recipe = self._recipe
        command = [fill(each, {**run.clips[0].values, **run.values}) for each in recipe.command]
        limits = recipe.limits
        try:
            return run_process(
                command,
                cwd=self._checkout.folder if recipe.cwd == "checkout" else run.work,
                environment=minimal_environment(self._checkout.environment(run.work, self._device)),
                log=self._checkout.log,
                log_bytes=limits.log_bytes,
                timeout_s=limits.load_s + limits.clip_s * len(run.clips),
            )
        except OSError as error:
            raise CannotRun(f"{self.name} cannot be started: {error.strerror}: {command[0]}.") from error

    def _collect(self, run: StagedRun, clip: StagedClip, result: ProcessResult) -> GeneratedClip:
        """Return the clip of a request. This method raises an error if the program wrote no valid clip.

        The output files are checked before the exit status, because a program that fails at its third clip
        has already written two valid clips.
        """
        recipe = self._recipe
        native = recipe.native.to_format()
        try:
            files = find_outputs(run.work, output_pattern(recipe, clip))
            if not files:
                raise self._failure(result)
            if recipe.output.images:
                frames = read_frames(files, native)
            else:
                frames = read_video(files, native, recipe.output.fps or native.fps)
        except Crashed as error:
            if result.exit_code == 0:
                raise Crashed(str(error), log_tail=result.log_tail) from error
            raise self._failure(result) from error
        return self._clip(run, clip, frames, result)

    def _failure(self, result: ProcessResult) -> GeneratorError:
        tail = result.log_tail
        log = f"its log is {self._checkout.log}"
        if result.exit_code is None:
            seconds = f"{result.seconds:.0f} s"
            return TimedOut(f"{self.name} was terminated after {seconds}; {log}.", log_tail=tail)
        if any(each in tail for each in _OUT_OF_MEMORY):
            return OutOfMemory(f"{self.name} ran out of GPU memory; {log}.", log_tail=tail)
        if result.exit_code == 0:
            return Crashed(f"{self.name} exited with status 0 but wrote no clip; {log}.", log_tail=tail)
        return Crashed(f"{self.name} failed with exit status {result.exit_code}; {log}.", log_tail=tail)

    def _clip(self, run: StagedRun, clip: StagedClip, frames: Frames, result: ProcessResult) -> GeneratedClip:
        recipe, request, count = self._recipe, clip.request, len(run.clips)
        native = recipe.native
        position = {"place_in_run": f"{int(clip.values['index']) + 1} of {count}"}
        provenance = Provenance(
            model=self.name,
            seed=request.seed,
            width=native.width,
            height=native.height,
            frames=len(frames),
            fps=str(native.fps),
            device=self._device,
            dtype="its own",
            seconds=round(result.seconds / count, 4),
            revision=recipe.repository.commit,
            checkpoint_sha256=self._checkpoint_sha256,
            recipe_sha256=self._recipe_sha256,
            batch=count,
            settings={"seeded_per": recipe.seed.per, **(position if recipe.seed.per == "run" else {})},
            libraries=library_versions(),
        )
        return GeneratedClip(request.pair_id, request.seed, frames, native.fps, provenance)
