"""Background tasks: queued in the database, leased by one server process at a time, with progress."""
