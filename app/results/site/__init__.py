"""Writes the static gallery of a published study: clips side by side, frame strips and the table."""
