"""Annotators of a study: figures, flags, and exclusions with reasons."""
