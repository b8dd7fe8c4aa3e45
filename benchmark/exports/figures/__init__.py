"""Draws figures for papers as SVG, PDF and PNG; writes the figures' data as CSV (docs/figures.md)."""
