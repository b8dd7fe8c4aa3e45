"""The gallery pages, which show a benchmark's images and prompts by scenario, and the clips of each pair."""
