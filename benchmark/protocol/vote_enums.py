"""Enums of votes: sides, justifications, statuses."""

from enum import StrEnum


class Choice(StrEnum):
    """An annotator's answer: the position of the chosen clip on the screen (not its model)."""

    LEFT = "left"
    RIGHT = "right"


class PlaybackKind(StrEnum):
    """What happened to a clip on the voting page.

    `complete` means that the page has shown every frame of the clip since the last `complete`.
    """

    PLAY = "play"
    PAUSE = "pause"
    SEEK = "seek"
    COMPLETE = "complete"


class GoldKind(StrEnum):
    """How the server makes the wrong clip of a gold question from the clips of a submission."""

    FROZEN = "frozen"
    REVERSED = "reversed"
    WRONG_PAIR = "wrong_pair"


class GoldStatus(StrEnum):
    """What the owner decided about a gold question. A study asks only confirmed questions."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


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


class AssignmentPurpose(StrEnum):
    """The reason why an annotator gets a comparison. Only answers with the purpose `vote` count."""

    VOTE = "vote"
    GOLD = "gold"
    REPEAT = "repeat"
    QUIZ = "quiz"


class VoteStatus(StrEnum):
    """The status of a vote.

    Votes with the status `valid` count in a score. In an imported study, votes with the status `imported`
    count instead; in a study with an automatic judge, votes with the status `automatic` count instead.
    """

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
    AUTOMATIC = "automatic"
    UNKNOWN = "unknown"


# A study has votes of at most one of these statuses: each kind of study counts the votes of one of them.
COUNTED_STATUSES = (VoteStatus.VALID, VoteStatus.IMPORTED, VoteStatus.AUTOMATIC)
