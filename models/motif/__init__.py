"""The MotiF network, its scheduler and pipeline, and conversion of checkpoints."""
