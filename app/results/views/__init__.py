"""Builds the results pages, with one module per page or part of a page."""
