"""Checks, stores, prepares and serves clips and input images.

Uploaded files are opened in the sandbox only (`sandbox/`). docs/media.md lists which modules depend on the
database and on FastAPI.
"""
