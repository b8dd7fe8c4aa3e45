"""The bundle: a study as one folder that anybody can check, recompute and publish (docs/report.md)."""
