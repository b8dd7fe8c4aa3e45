"""Training MotiF: clips in, checkpoints, logs and figures out."""
