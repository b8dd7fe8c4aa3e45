"""Benchmarks in the database: imported as versions, looked up by slug, compared with the official shape."""
