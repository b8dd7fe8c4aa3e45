"""Stores and finds benchmarks in the database, and compares a benchmark's size with the official one."""
