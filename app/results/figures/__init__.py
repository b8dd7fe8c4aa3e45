"""Draws figures as files: a study's results, frame strips of a pair, or a benchmark's scenarios."""
