"""Writes the report of a study: one folder to verify, recompute and publish (docs/report.md)."""
