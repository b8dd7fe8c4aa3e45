"""Enums of the evaluation protocol: sides, justifications, statuses, roles.

The values of the enums are stored in the database and sent over the API; these values are part of the public
contract.
"""

from enum import StrEnum


class Choice(StrEnum):
    """An annotator's answer: the position on the screen, not the model, of the chosen clip."""

    LEFT = "left"
    RIGHT = "right"


class Side(StrEnum):
    """One of the two submissions of a matchup."""

    REFERENCE = "reference"
    OTHER = "other"

    @property
    def opposite(self) -> "Side":
        return Side.OTHER if self is Side.REFERENCE else Side.REFERENCE


class Justification(StrEnum):
    """A reason for a vote (JUICE: "JUstify their choICE", arXiv:2311.10709).

    A vote may give several reasons.
    """

    IMAGE_ALIGNMENT = "image_alignment"
    TEXT_ALIGNMENT = "text_alignment"
    OBJECT_MOTION = "object_motion"
    OVERALL_QUALITY = "overall_quality"


class SkipReason(StrEnum):
    """An annotator's reason to skip a comparison."""

    CLIP_DOES_NOT_PLAY = "clip_does_not_play"
    INPUT_MISSING = "input_missing"
    PROMPT_UNCLEAR = "prompt_unclear"
    UPSETTING = "upsetting"


class AnnotatorKind(StrEnum):
    """The kind of an annotator.

    A study counts only the votes of one kind of annotators.
    """

    PARTICIPANT = "participant"
    PILOT = "pilot"
    PREVIEW = "preview"
    JUDGE = "judge"
    IMPORTED = "imported"


class InvitationStatus(StrEnum):
    """The status of an invitation.

    `done` means that the annotator has ended as many comparisons as one annotator of the study can get;
    `left` means that the annotator withdrew from the study.
    """

    UNUSED = "unused"
    OPENED = "opened"
    DONE = "done"
    LEFT = "left"
    REVOKED = "revoked"


class StudyKind(StrEnum):
    """The source of a study's votes: people, an import from another system, or automatic judges."""

    HUMAN = "human"
    IMPORTED = "imported"
    AUTOMATIC = "automatic"

    @property
    def counted_annotators(self) -> AnnotatorKind:
        """Return the kind of annotators whose votes count in a study of this kind."""
        return _COUNTED_ANNOTATORS[self]


_COUNTED_ANNOTATORS = {
    StudyKind.HUMAN: AnnotatorKind.PARTICIPANT,
    StudyKind.IMPORTED: AnnotatorKind.IMPORTED,
    StudyKind.AUTOMATIC: AnnotatorKind.JUDGE,
}


class AssignmentPurpose(StrEnum):
    """The reason why an annotator gets a comparison; only answers to `vote` assignments count in a score."""

    VOTE = "vote"
    GOLD = "gold"
    REPEAT = "repeat"
    QUIZ = "quiz"


class VoteStatus(StrEnum):
    """The status of a vote; only votes with the status `valid` count in a score."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"
    SURPLUS = "surplus"
    GOLD = "gold"
    REPEAT = "repeat"
    QUIZ = "quiz"
    PILOT = "pilot"
    IMPORTED = "imported"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """A step that an annotator takes in a study. The members are in the order of the steps.

    Every phase but `voting` is optional.
    """

    CONSENT = "consent"
    INSTRUCTIONS = "instructions"
    QUIZ = "quiz"
    VOTING = "voting"
    QUESTIONNAIRE = "questionnaire"
    FINISH = "finish"


class Outcome(StrEnum):
    """How a study ended for an annotator. Each outcome can have its own completion code."""

    COMPLETED = "completed"
    DECLINED = "declined"
    SCREENED_OUT = "screened_out"
    QUALITY_FAILED = "quality_failed"
    FULL = "full"


class PlatformKind(StrEnum):
    """A crowd platform, which sends its participants to a study by a link with their ids."""

    PROLIFIC = "prolific"
    MTURK = "mturk"
    PANEL = "panel"


class PaymentAction(StrEnum):
    """The proposal for a participant's payment; a person takes the decision."""

    APPROVE = "approve"
    REVIEW = "review"
    NONE = "none"


class RuleAction(StrEnum):
    """The consequence for an annotator who fails a quality rule.

    `flag` only tells the owner. `stop` ends the study for the annotator. `exclude` also excludes the
    annotator's votes, which a person can reinstate.
    """

    FLAG = "flag"
    STOP = "stop"
    EXCLUDE = "exclude"


class SessionStatus(StrEnum):
    """The state of a participant's submission on a crowd platform."""

    ACTIVE = "active"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    TIMED_OUT = "timed_out"


class Language(StrEnum):
    """A language of the annotators' pages, by its ISO 639-1 code."""

    EN = "en"
    DE = "de"


class StudyStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class SubmissionStatus(StrEnum):
    OPEN = "open"
    FINAL = "final"
    WITHDRAWN = "withdrawn"


class WatchGate(StrEnum):
    """Whether the server refuses a vote until it has delivered both renditions completely."""

    DELIVERED = "delivered"
    OFF = "off"


class RenditionRecipe(StrEnum):
    """How the two clips of a comparison are prepared for annotators.

    `remux` copies the coded frames if the two clips have the same format; otherwise `remux` does the same as
    `normalised`. `normalised` crops both clips to the smaller size and cuts them to the shorter length.
    `letterbox` adds black bars instead of cropping. `keep_longer` repeats the last frame of the shorter clip
    instead of cutting the longer clip. `native` does not scale or crop: each clip is centred on a black
    canvas that is large enough for both clips.
    """

    REMUX = "remux"
    NORMALISED = "normalised"
    LETTERBOX = "letterbox"
    KEEP_LONGER = "keep_longer"
    NATIVE = "native"


class Visibility(StrEnum):
    """The people, besides the owner and the admins, who can see a benchmark, submission or study."""

    PRIVATE = "private"
    SHARED = "shared"
    PUBLIC = "public"


class ShareSubject(StrEnum):
    """The kinds of objects that can be shared with people."""

    BENCHMARK = "benchmark"
    SUBMISSION = "submission"
    STUDY = "study"


class Scope(StrEnum):
    """A permission of an API key.

    A key has all scopes of its role, or only some of these scopes.
    """

    READ = "read"
    SUBMIT = "submit"
    STUDY = "study"
    WORK = "work"
    ADMIN = "admin"


class Role(StrEnum):
    ADMIN = "admin"
    RESEARCHER = "researcher"
    VIEWER = "viewer"
    WORKER = "worker"

    @property
    def scopes(self) -> frozenset[Scope]:
        """Return all scopes of a role."""
        return _SCOPES[self]


_SCOPES = {
    Role.ADMIN: frozenset(Scope),
    Role.RESEARCHER: frozenset({Scope.READ, Scope.SUBMIT, Scope.STUDY}),
    Role.VIEWER: frozenset({Scope.READ}),
    Role.WORKER: frozenset({Scope.READ, Scope.WORK}),
}


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
    """The health of one worker. In a fleet, each GPU is one worker.

    A paused worker waits before a restart. A retired worker failed too often and is not restarted.
    """

    WORKING = "working"
    PAUSED = "paused"
    RETIRED = "retired"


class SuiteName(StrEnum):
    """A suite of automatic metrics; benchmark/metrics/suites.py lists the metrics of each suite."""

    ANIMATE_BENCH = "animate-bench"
    VBENCH_I2V = "vbench-i2v"
    AIGCBENCH = "aigcbench"
    MOTION = "motion"


class Direction(StrEnum):
    """The direction in which a metric improves: higher or lower values are better, or neither (`none`)."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


class FailureKind(StrEnum):
    """The reason why an attempt failed; an expired lease counts as a timeout."""

    OUT_OF_MEMORY = "out_of_memory"
    BAD_INPUT = "bad_input"
    CRASH = "crash"
    TIMEOUT = "timeout"


class Flag(StrEnum):
    """A reason to review an annotator's votes."""

    SIDE_BIAS = "side_bias"
    STRAIGHT_LINING = "straight_lining"
    FAST = "fast"
    SAME_TICKS = "same_ticks"
    LOW_AGREEMENT = "low_agreement"
    FAILS_GOLD = "fails_gold"


class TableName(StrEnum):
    """A table of results."""

    PREFERENCES = "preferences"
    JUSTIFICATIONS = "justifications"
    COMPARISONS = "comparisons"
    VOTES = "votes"
    AGREEMENT = "agreement"
    LEADERBOARD = "leaderboard"
    BREAKDOWNS = "breakdowns"
    SENSITIVITY = "sensitivity"
    PAIRED = "paired"
    METRICS = "metrics"
    METRIC_AGREEMENT = "metric_agreement"


class NameStyle(StrEnum):
    """The kind of names that sides have in Markdown and LaTeX tables."""

    SLUGS = "slugs"
    MODELS = "models"


class TableFormat(StrEnum):
    """A file format of tables."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"
    MARKDOWN = "markdown"
    LATEX = "latex"


class MetricFormat(StrEnum):
    """A file format of metric scores."""

    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"
    LATEX = "latex"


class TaskKind(StrEnum):
    """The kind of a task; app/server.py maps each kind to a function."""

    RENDITIONS = "renditions"
    BENCHMARK_IMPORT = "benchmark_import"
    VOTES_IMPORT = "votes_import"
    STUDY_DELETION = "study_deletion"
    SUBMISSION_DELETION = "submission_deletion"
    MODEL_DELETION = "model_deletion"


class TaskStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
