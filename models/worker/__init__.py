"""The GPU worker: asks the service for jobs and sends clips back, over HTTP."""
