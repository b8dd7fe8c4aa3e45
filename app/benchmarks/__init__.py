"""Benchmarks in the database: import of versions, lookup by slug, comparison with the official size."""
