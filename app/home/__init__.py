"""Serves the home page, and signs people in and out of a browser."""
