"""Lists the errors with which a suite refuses a clip, and the message of a refusal."""

from benchmark.metrics.vectors import MetricInputError
from benchmark.video import UnreadableVideo
from models.generators.base import BadInput

REFUSALS = (MetricInputError, UnreadableVideo, BadInput)


def refusal_message(error: Exception) -> str:
    """Return the reason of a refusal. If the file cannot be read, the message also states the next step."""
    if isinstance(error, UnreadableVideo):
        return f"{error} Generate or encode the clip again."
    return str(error)
