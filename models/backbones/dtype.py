"""Names the floating-point types in which networks compute. This module does not import torch."""

from enum import StrEnum


class Dtype(StrEnum):
    """The floating-point type of a network's weights and activations. Features are float32 with every type.

    RAFT computes correlations and positions in float32 with every type, as its authors' code does. Networks
    in the user's own installation always compute in float32.
    """

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"
