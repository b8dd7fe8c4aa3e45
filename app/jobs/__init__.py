"""Jobs for workers. A job is one clip to generate; a worker leases the job while it generates the clip."""
