"""The GPU worker: claims jobs from a server, generates their clips and uploads them, over HTTP."""
