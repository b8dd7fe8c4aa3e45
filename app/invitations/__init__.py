"""Annotators come by invitation and may leave with their votes."""
