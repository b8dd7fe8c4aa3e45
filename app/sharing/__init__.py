"""Visibility of benchmarks, submissions and studies: private, shared with people, or public."""
