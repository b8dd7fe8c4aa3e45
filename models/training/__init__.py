"""Trains MotiF: datasets, tensor cache, training loop, checkpoints, validation and export."""
