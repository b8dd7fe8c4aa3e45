"""Imports benchmarks into the database, finds stored benchmarks, and compares their size with TI2V Bench."""
