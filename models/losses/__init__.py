"""The diffusion loss and the motion focal loss."""
