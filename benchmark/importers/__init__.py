"""Reads benchmarks from outside: a folder in the official layout, or a data set on the hub."""
