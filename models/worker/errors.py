"""Why a worker cannot go on, besides the errors of the client (benchmark/client/errors.py).

WorkerError       the message is a sentence for the person at the terminal
  NothingToOffer  none of the requested models can run here
  GivingUp        clip after clip fails; the remaining jobs are left to other workers
  NoCluster       Ray cannot be joined or started
"""


class WorkerError(Exception):
    """The worker cannot go on; the message is a sentence."""


class NothingToOffer(WorkerError):
    pass


class GivingUp(WorkerError):
    pass


class NoCluster(WorkerError):
    pass
