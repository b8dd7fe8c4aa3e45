"""Converts videos and frames to clips that a server accepts; says which files are no clips."""
