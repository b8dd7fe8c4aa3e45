"""Reads and validates votes tables, and converts them to columns."""
