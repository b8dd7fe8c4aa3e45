"""Panels: the slots of a study's comparisons, the statuses of votes, and the progress of annotators."""
