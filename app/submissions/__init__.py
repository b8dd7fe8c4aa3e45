"""Stores submissions: the clips of models under evaluation."""
