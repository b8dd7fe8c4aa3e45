"""Benchmarks of speed and memory: `make perf` prints tables and a description of the machine; no tests."""
