"""Imports benchmarks over REST: queues an upload or a dataset of the hub, and reads it in the background."""
