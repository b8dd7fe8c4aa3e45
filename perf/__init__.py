"""Measurements of speed and memory. These modules are not tests.

`make perf` prints tables and a description of the machine.
"""
