"""Votes tables: reading, validation and conversion to columns."""
