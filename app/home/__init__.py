"""The first page, and signing in and out of the browser."""
