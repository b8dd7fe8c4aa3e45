"""Stores and finds benchmarks in the database, and compares their sizes with the official benchmark."""
