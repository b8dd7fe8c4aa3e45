"""Defines the formulas of the automatic metrics.

Each formula computes one score per clip from features or frames.

See docs/metrics.md.
"""
