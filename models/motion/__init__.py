"""Measures the motion of clips: optical flow, and the motion heatmaps that weight the loss."""
