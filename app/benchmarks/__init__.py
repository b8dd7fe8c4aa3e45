"""Imports benchmarks into the database, finds them by slug, and compares them with the official size."""
