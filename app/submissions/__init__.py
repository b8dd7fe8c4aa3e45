"""Submissions: models under evaluation and their clips."""
