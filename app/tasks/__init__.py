"""Runs background tasks, which are queued in the database.

Only one server process at a time holds the lease of a task.
"""
