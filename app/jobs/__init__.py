"""Jobs: each is a clip to generate, which workers lease."""
