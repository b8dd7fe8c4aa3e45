"""Votes of a study run elsewhere, kept here as a closed study whose votes are marked as imported."""
