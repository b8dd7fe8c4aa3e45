"""Suites of automatic metrics that decode, encode and score folders of clips (docs/metrics.md)."""
