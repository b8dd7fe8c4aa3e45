"""Imports votes from another system as a closed study. All votes of the study have the status `imported`."""
