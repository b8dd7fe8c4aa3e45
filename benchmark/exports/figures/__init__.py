"""Figures for papers as SVG, PDF and PNG, with their data as CSV (docs/figures.md)."""
