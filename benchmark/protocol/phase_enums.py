"""Enums of the phases of a study, and of crowd platforms."""

from enum import StrEnum


class Phase(StrEnum):
    """A step that an annotator takes in a study. The members are in the order of the steps.

    Every phase except `voting` is optional.
    """

    CONSENT = "consent"
    INSTRUCTIONS = "instructions"
    QUIZ = "quiz"
    VOTING = "voting"
    QUESTIONNAIRE = "questionnaire"
    FINISH = "finish"


class Outcome(StrEnum):
    """The outcome of a study for one annotator. Each outcome can have its own completion code."""

    COMPLETED = "completed"
    DECLINED = "declined"
    SCREENED_OUT = "screened_out"
    QUALITY_FAILED = "quality_failed"
    FULL = "full"


class PlatformKind(StrEnum):
    """A crowd platform; it sends participants to a study by a link that contains the participants' ids."""

    PROLIFIC = "prolific"
    MTURK = "mturk"
    PANEL = "panel"


class PaymentAction(StrEnum):
    """The action that the server proposes for a participant's payment; a person decides."""

    APPROVE = "approve"
    REVIEW = "review"
    NONE = "none"


class PaymentFile(StrEnum):
    """A file of payments: the whole list, or a file that a crowd platform imports."""

    LIST = "list"
    APPROVE = "approve"
    REJECT = "reject"
    BONUS = "bonus"
    MTURK = "mturk"


class RuleAction(StrEnum):
    """The consequence for an annotator who fails a quality rule.

    `flag` only shows a flag to the owner. `stop` ends the study for the annotator. `exclude` also excludes
    the annotator's votes, which a person can reinstate.
    """

    FLAG = "flag"
    STOP = "stop"
    EXCLUDE = "exclude"


class RuleStatus(StrEnum):
    """The result of a quality rule. If a rule could not be checked, the result is `unknown`."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class SessionStatus(StrEnum):
    """The state of a participant's submission on a crowd platform."""

    ACTIVE = "active"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    TIMED_OUT = "timed_out"
    SCREENED_OUT = "screened_out"
