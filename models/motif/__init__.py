"""Implements MotiF: network, scheduler, pipeline, and conversion of checkpoints."""
