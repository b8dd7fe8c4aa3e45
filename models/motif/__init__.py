"""The MotiF network, its scheduler, its pipeline, and the way in and out for checkpoints."""
