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


# The comparisons in each table of the paper, as (reference, other setting). In Table 3, the reference is the
# setting `WITHOUT`.
TABLES: dict[str, tuple[tuple[Setting, Setting], ...]] = {
    "2": ((Setting.REFERENCE, Setting.WITHOUT), (Setting.REFERENCE, Setting.INVERSE)),
    "3": ((Setting.WITHOUT, Setting.BOTH), (Setting.WITHOUT, Setting.CX_ATTN)),
    "A1": ((Setting.REFERENCE, Setting.SEGMENTS),),
    "A2": (
        (Setting.REFERENCE, Setting.LAMBDA_HALF),
        (Setting.REFERENCE, Setting.LAMBDA_2),
        (Setting.REFERENCE, Setting.LAMBDA_5),
    ),
}
