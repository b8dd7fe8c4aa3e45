"""Background tasks. They are queued in the database, and one server process at a time leases each task."""
