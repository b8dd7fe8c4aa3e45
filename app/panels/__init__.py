"""Fills panels: selects comparisons, takes and releases slots, and tracks vote statuses and progress."""
