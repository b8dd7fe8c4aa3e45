"""Lists the names of the columns of a votes table (docs/tables.md)."""

from benchmark.protocol import Justification

JUSTIFICATION_COLUMNS = tuple(justification.value for justification in Justification)
SIDE_PAIRS = (("reference", "other"), ("left", "right"))
TAG_COLUMNS = ("style", "hard_case")
SIDE_COLUMNS = tuple(column for pair in SIDE_PAIRS for column in pair)
VOTE_COLUMNS = (
    "study",
    "matchup",
    "pair",
    "image",
    "scenario",
    "annotator",
    *SIDE_COLUMNS,
    "chosen",
    "status",
    *JUSTIFICATION_COLUMNS,
    "cast_at",
    "decision_ms",
    "replaces",
    *TAG_COLUMNS,
    "protocol_version",
)
NEEDED_COLUMNS = ("matchup", "pair", "chosen", "status", *JUSTIFICATION_COLUMNS)
NAME_COLUMNS = (
    "study",
    "matchup",
    "pair",
    "image",
    "scenario",
    "annotator",
    *SIDE_COLUMNS,
    "chosen",
    "status",
    *TAG_COLUMNS,
)
READ_COLUMNS = (*NAME_COLUMNS, *JUSTIFICATION_COLUMNS, "decision_ms")
