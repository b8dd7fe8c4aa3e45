"""Contains the bundled benchmark: images rendered by `benchmark.scenes`, and our own prompts (CC0)."""

from pathlib import Path


def bundled_folder() -> Path:
    """Return the folder of the bundled benchmark, in the layout of the official release."""
    return Path(__file__).parent
