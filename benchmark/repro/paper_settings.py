"""Names the settings of the experiments: the reference and the paper's eight ablations."""

from enum import StrEnum

# The seeds of the grid: every setting is trained with each of these seeds.
PLANNED_SEEDS = range(5)


class Setting(StrEnum):
    """A setting; its config is models/configs/repro/NAME.toml."""

    REFERENCE = "reference"
    WITHOUT = "without"
    INVERSE = "inverse"
    CX_ATTN = "cx-attn"
    BOTH = "both"
    SEGMENTS = "segments"
    LAMBDA_HALF = "lambda-0.5"
    LAMBDA_2 = "lambda-2"
    LAMBDA_5 = "lambda-5"
