"""Runs suites of automatic metrics.

A suite (group of metrics) decodes, encodes and scores the clips of a folder; see docs/metrics.md.
"""
