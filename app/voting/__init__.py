"""Lets annotators vote: assigns comparisons, and stores votes, skips and undos."""
