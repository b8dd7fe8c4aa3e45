"""Runs suites of automatic metrics.

A suite decodes, encodes and scores a folder of clips (docs/metrics.md).
"""
