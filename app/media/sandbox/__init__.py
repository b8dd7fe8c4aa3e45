"""Runs work on untrusted media in short-lived child processes with resource limits.

This package exports the classes that the server uses. `fork_server` and the modules that it imports run only
in other processes.
"""

from app.media.sandbox.client import Json, Sandbox, SandboxLimits, Work
from app.media.sandbox.results import read_result
from app.media.sandbox.sandbox_errors import SandboxBroken, SandboxError, WorkDied, WorkRefused, WorkTimeout

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
