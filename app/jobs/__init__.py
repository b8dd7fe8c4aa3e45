"""Jobs: clips to generate, their leases and workers."""
