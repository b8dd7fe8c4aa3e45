"""Merges the votes of a study with the votes in another server's report on the same clips."""
