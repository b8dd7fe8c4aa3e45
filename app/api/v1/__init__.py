"""Version 1 of the REST API, one module per resource.

docs/api.md and /api/v1/openapi.json describe the API.
"""
