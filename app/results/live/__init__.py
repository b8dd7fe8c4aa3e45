"""Counts the votes of a study: cached counters, tallies, rows of the votes table, and a recount."""
