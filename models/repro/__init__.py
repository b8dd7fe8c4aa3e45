"""Trains the paper's settings on sprite clips, and measures the clips that the trained networks generate."""
