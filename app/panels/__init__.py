"""Fills panels (the required votes of comparisons): selects comparisons, tracks slots and vote statuses."""
