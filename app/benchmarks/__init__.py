"""Stores and finds benchmarks in the database, and compares their size with the official benchmark."""
