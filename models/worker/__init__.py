"""The GPU worker: claims jobs from a server over HTTP, generates the clips and uploads the clips."""
