"""Imports votes that were collected elsewhere. They form a closed study and have the status imported."""
