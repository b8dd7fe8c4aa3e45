"""Lists the errors that a suite raises when it refuses a clip, and formats their messages."""

from benchmark.metrics.vectors import MetricInputError
from benchmark.video import UnreadableVideo
from models.generators.base import BadInput

REFUSALS = (MetricInputError, UnreadableVideo, BadInput)


def refusal_message(error: Exception) -> str:
    """Return the reason why a clip was refused; if the file cannot be read, also return the next step."""
    if isinstance(error, UnreadableVideo):
        return f"{error} Generate or encode the clip again."
    return str(error)
