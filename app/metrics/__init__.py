"""Measures the clips of submissions with suites of automatic metrics, and reads their scores."""
