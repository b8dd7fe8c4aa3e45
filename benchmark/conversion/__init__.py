"""Converts videos and frames to clips that a server accepts; lists the files that are not clips."""
