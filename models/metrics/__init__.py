"""Runs suites of automatic metrics.

A suite decodes, encodes and scores the clips of a folder (docs/metrics.md).
"""
