"""Jobs. Each job is one clip to generate; a worker leases the job while it generates the clip."""
