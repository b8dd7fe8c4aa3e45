"""Motion of clips: optical flow, and the heatmaps that weigh the loss."""
