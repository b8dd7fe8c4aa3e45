"""Imports benchmarks as background tasks, over REST and in the browser, and lists benchmarks."""
