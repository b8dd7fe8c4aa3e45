"""Names the floating-point types in which networks compute. This module does not import torch."""

from enum import StrEnum


class Dtype(StrEnum):
    """The floating-point type of a network's weights and activations.

    For every type, the returned features are float32. RAFT always computes correlations and positions in
    float32, as the code of RAFT's authors does. Networks in the user's own installation always compute in
    float32.
    """

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"
