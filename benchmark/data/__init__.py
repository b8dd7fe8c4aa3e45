"""The bundled benchmark: images drawn by `benchmark.scenes`, prompts of our own; all of it CC0."""

from pathlib import Path


def bundled_folder() -> Path:
    """Return the folder of the bundled benchmark, laid out as the official release is."""
    return Path(__file__).parent
