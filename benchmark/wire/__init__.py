"""Every request and response that server, command line, worker and SDK exchange, one module a noun.

A type is defined here once. docs/api.md lists the routes that use them; /api/v1/openapi.json has every field.
"""
