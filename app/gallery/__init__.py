"""The gallery: a benchmark's images and prompts by scenario, and one pair with the clips of every model."""
