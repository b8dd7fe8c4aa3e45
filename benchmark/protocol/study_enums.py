"""Enums of studies, their clips and what annotators see."""

from enum import StrEnum


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

    `done` means that the annotator has finished the maximum number of comparisons per annotator. `left` means
    that the annotator withdrew from the study.
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
    """Whether the server refuses a vote until both clips were delivered to the last byte."""

    DELIVERED = "delivered"
    OFF = "off"


class Balance(StrEnum):
    """The counts that the server balances: votes per comparison, or votes per matchup.

    `comparisons` assigns the comparison with the fewest votes and leases. `matchups` assigns a comparison of
    the matchup with the fewest complete votes; leases do not count, because they may be abandoned.
    """

    COMPARISONS = "comparisons"
    MATCHUPS = "matchups"


class RenditionRecipe(StrEnum):
    """How the two clips of a comparison are prepared for annotators.

    `remux` copies the coded frames if the two clips have the same format; otherwise `remux` does the same as
    `normalised`. `normalised` crops both clips to the smaller size and cuts them to the shorter length.
    `letterbox` does not crop the clips, but adds black bars. `keep_longer` does not cut the longer clip, but
    repeats the last frame of the shorter clip. `native` does not scale or crop: each clip is centred on a
    black canvas that is large enough for both clips.
    """

    REMUX = "remux"
    NORMALISED = "normalised"
    LETTERBOX = "letterbox"
    KEEP_LONGER = "keep_longer"
    NATIVE = "native"


class Language(StrEnum):
    """A language of the annotators' pages; the value is the language tag (BCP 47)."""

    EN = "en"
    DE = "de"
    ES = "es"
    FR = "fr"
    ZH_HANS = "zh-Hans"
    AR = "ar"


class Flag(StrEnum):
    """A reason to review an annotator's votes."""

    SIDE_BIAS = "side_bias"
    STRAIGHT_LINING = "straight_lining"
    FAST = "fast"
    SAME_TICKS = "same_ticks"
    LOW_AGREEMENT = "low_agreement"
    FAILS_GOLD = "fails_gold"
