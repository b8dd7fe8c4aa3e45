"""Runs work on untrusted media in short-lived child processes with resource limits.

This package exports the classes that the server uses. `fork_server` and the modules that it imports run only
in other processes.
"""

from app.media.sandbox.client import (
    Json,
    Sandbox,
    SandboxBroken,
    SandboxError,
    SandboxLimits,
    Work,
    WorkDied,
    WorkRefused,
    WorkTimeout,
)
from app.media.sandbox.results import read_result

__all__ = [
    "Json",
    "Sandbox",
    "SandboxBroken",
    "SandboxError",
    "SandboxLimits",
    "Work",
    "WorkDied",
    "WorkRefused",
    "WorkTimeout",
    "read_result",
]
