"""The gallery: a page of a benchmark's images and prompts by scenario, and a page of each pair's clips."""
