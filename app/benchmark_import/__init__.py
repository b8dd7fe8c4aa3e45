"""Imports benchmarks over REST: queues an upload or a data set of the hub, and reads it in the background."""
