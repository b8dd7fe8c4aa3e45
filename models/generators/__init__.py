"""Runs image-to-video models (generators) through one protocol, with an adapter for each model."""
