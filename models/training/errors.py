"""Defines the errors of a training run. Every message is a complete sentence for the user.

TrainingError
  BadConfig      a setting is unknown, missing or invalid
  NoClips        no clip can be used
  LossNotFinite  the loss is NaN or infinite
  CannotWrite    a file could not be written; existing checkpoints are unchanged
  CannotResume   the run's folder has other settings, or its checkpoint is damaged
"""


class TrainingError(Exception):
    """Base class of training errors. `ti2v train` prints the message and exits with status 1."""


class BadConfig(TrainingError):
    """The config cannot be read, or a setting is invalid."""


class NoClips(TrainingError):
    """There is no clip to train on."""


class LossNotFinite(TrainingError):
    """The loss is NaN or infinite, so training cannot continue."""


class CannotWrite(TrainingError):
    """The disk is full, or the path is not writable."""


class CannotResume(TrainingError):
    """The output folder holds a run that cannot be continued with these settings."""
