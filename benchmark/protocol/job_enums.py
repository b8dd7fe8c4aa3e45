"""Enums of jobs, workers and background tasks."""

from enum import StrEnum


class JobStatus(StrEnum):
    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobKind(StrEnum):
    """The result of a job: a clip (`generate`), or the scores of a clip in one suite (`measure`)."""

    GENERATE = "generate"
    MEASURE = "measure"


class WorkerState(StrEnum):
    """The health of one worker. If a worker machine has several GPUs, each GPU is one worker.

    A paused worker waits before a restart. A retired worker failed too often and is not restarted.
    """

    WORKING = "working"
    PAUSED = "paused"
    RETIRED = "retired"


class FailureKind(StrEnum):
    """The reason why an attempt failed; an expired lease counts as a timeout."""

    OUT_OF_MEMORY = "out_of_memory"
    BAD_INPUT = "bad_input"
    CRASH = "crash"
    TIMEOUT = "timeout"


class TaskKind(StrEnum):
    """The kind of a task; app/server.py maps each kind to a function."""

    RENDITIONS = "renditions"
    BENCHMARK_IMPORT = "benchmark_import"
    VOTES_IMPORT = "votes_import"
    VOTES_MERGE = "votes_merge"
    STUDY_DELETION = "study_deletion"
    SUBMISSION_DELETION = "submission_deletion"
    MODEL_DELETION = "model_deletion"
    PLATFORM_POLL = "platform_poll"
    GOLD_CLIPS = "gold_clips"


class TaskStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
