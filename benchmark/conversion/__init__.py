"""Converts videos and frames to clips that a server accepts, and explains which files are not clips."""
