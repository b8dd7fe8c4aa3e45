"""The panels of a study's comparisons: who takes a place, what a vote counts as, how full they are."""
