"""What keeps a worker from going on.

WorkerError       the message is a sentence for the person at the terminal
  Refused         the server says no to one request, with a status and a code
    Stale         the job is no longer this worker's: another has it, or it was cancelled or closed
    NotAllowed    the key is unknown, revoked or no worker's; every other request would meet the same
  Unreachable     no usable answer came, however often it was asked
  NothingToOffer  no model that was asked for can run here
  GivingUp        clip after clip fails; others shall try
  NoCluster       Ray cannot be joined or started
"""


class WorkerError(Exception):
    """The worker cannot go on with something; the message is a sentence."""


class Refused(WorkerError):
    """The server says no.

    Attributes:
        status: the HTTP status.
        code: the server's word for it.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Stale(Refused):
    pass


class NotAllowed(Refused):
    pass


class Unreachable(WorkerError):
    pass


class NothingToOffer(WorkerError):
    pass


class GivingUp(WorkerError):
    pass


class NoCluster(WorkerError):
    pass
