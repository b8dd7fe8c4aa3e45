"""Imported studies: votes collected elsewhere, stored as a closed study with the status imported."""
