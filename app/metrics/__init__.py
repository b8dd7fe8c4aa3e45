"""Measures the clips of submissions with suites of automatic metrics, and reads the clips' scores."""
