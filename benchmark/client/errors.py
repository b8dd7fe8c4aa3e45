"""Why a request was not answered as asked; each message is a sentence for the person at the terminal.

ServerError
├── Refused        the server refuses: status, code, perhaps a list of problems
│   ├── NotAllowed   401 or 403: the key is unknown, revoked or of another role
│   └── LeaseLost    the job belongs to another attempt, or was cancelled or closed
└── Unreachable    no usable answer came, however often the request was sent
"""

from collections.abc import Sequence


class ServerError(Exception):
    """A request was not answered as asked."""


class Refused(ServerError):
    """The server refuses the request.

    Attributes:
        status: the HTTP status.
        code: the stable name of the refusal, see docs/api.md.
        problems: everything that is wrong, one sentence each; often empty.
    """

    def __init__(self, status: int, code: str, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.problems = list(problems)


class NotAllowed(Refused):
    """The key is unknown, revoked or of another role; every other request would be refused as well."""


class LeaseLost(Refused):
    """The job is no longer this worker's: another attempt has it, or it was cancelled or closed."""


class Unreachable(ServerError):
    """The server does not answer, or not like a TI2V Bench server."""
