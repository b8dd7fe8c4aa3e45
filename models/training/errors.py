"""Why training did not start or stopped; the messages are sentences for the person who runs it.

TrainingError
  BadConfig      a setting is unknown, missing or wrong
  NoClips        not one clip can be used
  LossNotFinite  the loss became NaN or infinite
  CannotWrite    a checkpoint could not be written; the last good one is untouched
  CannotResume   the run's folder belongs to other settings, or its checkpoint is damaged
"""


class TrainingError(Exception):
    """Base of all; `ti2v train` prints the message and ends with 1."""


class BadConfig(TrainingError):
    """A config that cannot be read or says something impossible."""


class NoClips(TrainingError):
    """Nothing to train on."""


class LossNotFinite(TrainingError):
    """The loss is NaN or infinite, so no step from here leads anywhere."""


class CannotWrite(TrainingError):
    """The disk is full or refuses."""


class CannotResume(TrainingError):
    """What lies in the run's folder cannot be continued with these settings."""
