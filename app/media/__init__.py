"""Checks, stores, prepares and serves clips and input images.

Uploaded files are opened only in the sandbox (`sandbox/`). The page docs/media.md lists the modules that
depend on the database or on FastAPI.
"""
