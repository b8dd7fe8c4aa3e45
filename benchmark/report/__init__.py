"""The report: a study as one folder that can be verified, recomputed and published (docs/report.md)."""
