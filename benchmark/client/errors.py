"""Defines the errors of requests. The command line shows an error's message to the user.

ServerError
├── Refused          the server refuses the request: status, code, optionally a list of problems
│   ├── NotAllowed   401 or 403: the key is unknown, revoked or has another role
│   └── LeaseLost    the job belongs to another attempt, or was cancelled or closed
└── Unreachable      all attempts failed without a usable response of the server
"""

from collections.abc import Sequence


class ServerError(Exception):
    """A request failed. Base of all errors of the client."""


class Refused(ServerError):
    """The server refuses the request.

    Attributes:
        status: the HTTP status.
        code: the stable identifier of the refusal (see docs/api.md).
        problems: one sentence for each problem; often empty.
    """

    def __init__(self, status: int, code: str, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.problems = list(problems)


class NotAllowed(Refused):
    """The key is unknown, revoked or has the wrong role.

    The server would also refuse all further requests with this key.
    """


class LeaseLost(Refused):
    """The worker lost the job: another attempt holds the job, or the job was cancelled or closed."""


class Unreachable(ServerError):
    """The server does not respond, or the response does not come from a TI2V Bench server."""
