"""Imports votes that were collected elsewhere as a closed study; the votes have the status imported."""
