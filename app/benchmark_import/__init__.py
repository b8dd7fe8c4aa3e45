"""Imports benchmarks over REST: queues an uploaded file or a dataset of the hub for a task."""
