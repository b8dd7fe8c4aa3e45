"""Recognises out-of-memory errors."""

from models.generators.base import OutOfMemory


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error means that memory ran out.

    Torch's error is recognised by the name of its class, so that torch does not have to be imported.
    """
    return isinstance(error, OutOfMemory | MemoryError) or type(error).__name__ == "OutOfMemoryError"
