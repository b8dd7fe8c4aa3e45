"""Calls `callback_on_step_end`, the function that a caller may run after each step of a pipeline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diffusers.callbacks import MultiPipelineCallbacks, PipelineCallback
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from torch import Tensor

CALLBACK_TENSORS = ("latents", "prompt_embeds")

# The arguments are the pipeline, the step's number (the first is 0), the timestep and the requested tensors.
CallbackFunction = (
    Callable[[Any, int, Tensor, dict[str, Tensor]], Mapping[str, Tensor] | None]
    | PipelineCallback
    | MultiPipelineCallbacks
)


@dataclass
class StepCallback:
    """The caller's function, and the names of the tensors that are passed to the function.

    Attributes:
        function: the function, or None. The function may return None or a dictionary of new tensors.
        names: the names of the tensors; a callback object of diffusers states these names itself.

    Raises:
        ValueError: the names are not a list, or a name is unknown.
    """

    function: CallbackFunction | None
    names: Sequence[str]

    def __post_init__(self) -> None:
        if isinstance(self.function, PipelineCallback | MultiPipelineCallbacks):
            self.names = self.function.tensor_inputs
        if isinstance(self.names, str) or any(name not in CALLBACK_TENSORS for name in self.names):
            raise ValueError(
                f"callback_on_step_end_tensor_inputs is {self.names!r}; expected a list of some of "
                f"{', '.join(CALLBACK_TENSORS)}"
            )

    def __call__(
        self, pipeline: DiffusionPipeline, step: int, timestep: Tensor, **tensors: Tensor
    ) -> tuple[Tensor, ...]:
        """Call the function and return the tensors, with the replacements that the function returned.

        Raises:
            ValueError: the function returned a tensor whose name is not among the requested names.
        """
        if self.function is None:
            return tuple(tensors.values())
        given = {name: tensors[name] for name in self.names}
        returned = self.function(pipeline, step, timestep, given) or {}
        if unknown := sorted(set(returned) - set(tensors)):
            raise ValueError(
                f"callback_on_step_end returned {', '.join(unknown)}; expected some of {', '.join(tensors)}"
            )
        return tuple((tensors | dict(returned)).values())
