"""Runs work on untrusted media in short-lived, limited child processes.

The server's side. `fork_server` and the modules it imports run in other processes only.
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
