"""Runs work on untrusted media in short-lived, limited child processes.

This package exports the server's side. `fork_server` and the modules it imports run only in other processes.
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
