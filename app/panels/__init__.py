"""Collects the votes that each comparison needs: selects comparisons, tracks slots and vote statuses."""
