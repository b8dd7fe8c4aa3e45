"""Motion of clips: optical flow, and the motion heatmaps that weight the loss."""
