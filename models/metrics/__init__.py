"""Suites of automatic metrics over folders of clips: decode, encode, score (docs/metrics.md)."""
