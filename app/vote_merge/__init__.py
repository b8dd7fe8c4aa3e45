"""Merges the votes of a study with the votes of a report of the same clips from another server."""
