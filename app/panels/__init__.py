"""Fills panels: selects comparisons, takes and frees their slots, and tracks vote statuses and progress."""
