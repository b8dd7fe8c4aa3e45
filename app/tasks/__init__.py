"""Runs background tasks, which are queued in the database. One server process at a time leases a task."""
