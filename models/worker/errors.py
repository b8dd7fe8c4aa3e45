"""Defines the errors that stop a worker, in addition to the client's errors (benchmark/client/errors.py).

WorkerError         the message is a complete sentence for the user
  NoModelAvailable  no requested model can run on this machine
  NoSuiteAvailable  a requested suite of metrics cannot run on this machine
  TooManyFailures   several jobs in a row failed; other workers should take the remaining jobs
  LaneFailed        several jobs in a row failed on one lane, while other lanes generate the same model
  HostLost          the process with the model died
  NoLaneLeft        all lanes of a fleet are retired
  RayUnavailable    a Ray cluster cannot be joined or started
"""


class WorkerError(Exception):
    """The worker cannot continue; the message is a complete sentence."""


class NoModelAvailable(WorkerError):
    """A requested model cannot run on this machine, or no model at all can run on this machine."""


class NoSuiteAvailable(WorkerError):
    """A requested suite of metrics does not exist, or cannot run on this machine."""


class TooManyFailures(WorkerError):
    """Several jobs in a row failed."""


class LaneFailed(WorkerError):
    """The jobs of one lane (worker loop) fail, although other lanes generate clips of the same model."""


class HostLost(WorkerError):
    """The process with the model died; the server does not count this as a failed attempt of the jobs."""


class NoLaneLeft(WorkerError):
    """All lanes (worker loops) of a fleet have stopped for good."""


class RayUnavailable(WorkerError):
    """A Ray cluster cannot be joined or started."""
