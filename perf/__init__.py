"""Measurements of speed and memory; they are not tests.

`make perf` prints tables and a description of the machine.
"""
