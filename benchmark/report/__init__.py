"""Writes a study's report: a folder with which results can be verified and published (docs/report.md)."""
