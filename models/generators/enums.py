"""What the commands let one choose; nothing heavy is imported here, so `--help` is instant."""

from enum import StrEnum

# The benchmark that comes with the package.
BUNDLED = "ti2v-starter"


class DType(StrEnum):
    """The floating-point type a network computes in; `AUTO` is the model's own on a GPU, float32 on a CPU."""

    AUTO = "auto"
    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
