"""Figures as files: a study's results, frame strips of a pair, a benchmark's scenarios."""
