"""Errors of the media sandbox."""


class SandboxError(Exception):
    """The sandbox returned no result for the requested work.

    SandboxError
    ├── WorkRefused   the child refused the file, with a code and a sentence
    ├── WorkTimeout   the child exceeded its wall-clock or CPU limit
    ├── WorkDied      the child failed: killed by a limit, crashed in a library, or a bug of ours
    └── SandboxBroken no child could be started, or the sandbox is closed; the file is not the cause
    """


class WorkRefused(SandboxError):
    """The child refused the file. Each kind of work defines its own error codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class WorkTimeout(SandboxError):
    """The child exceeded its time limit."""


class WorkDied(SandboxError):
    """The child ended without a result. `reason` is for logs and may contain paths."""

    def __init__(self, reason: str) -> None:
        super().__init__("The decoder failed on this file.")
        self.reason = reason


class SandboxBroken(SandboxError):
    """A fork server failed to start twice in a row, or the sandbox is closed; the file is not the cause."""
