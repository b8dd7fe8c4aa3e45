"""Imports votes from another system as a closed study. The votes have the status `imported`."""
