"""Defines the choices of command options. This module has no slow imports, so that `--help` is fast."""

from enum import StrEnum

# Slug of the bundled benchmark.
BUNDLED = "ti2v-starter"


class DType(StrEnum):
    """Floating-point type of a network; `AUTO` is the model's native type on a GPU and float32 on a CPU."""

    AUTO = "auto"
    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
