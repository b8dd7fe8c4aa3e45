"""The gallery: pages with a benchmark's images and prompts by scenario, and with the clips of one pair."""
