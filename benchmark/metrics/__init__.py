"""Formulas of the automatic metrics: features or frames in, one score a clip out (docs/metrics.md)."""
