"""Formulas of the automatic metrics: each computes one score per clip from features or frames.

See docs/metrics.md.
"""
