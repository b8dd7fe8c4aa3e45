"""Builds the parts of the results pages, one module for each part or page."""
