"""Counts the votes of a running study: cached counters, tallies and vote rows."""
