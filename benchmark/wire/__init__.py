"""The types of all requests and responses of the REST API, in one module per resource.

Each type is defined only here. docs/api.md lists the routes that use these types; /api/v1/openapi.json lists
every field.
"""
