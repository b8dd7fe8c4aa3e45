"""Version 1 of the REST API, one module a noun; docs/api.md and /api/v1/openapi.json describe it."""
