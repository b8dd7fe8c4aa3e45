"""Figures for papers, as SVG, PDF and PNG, each with the data behind it as CSV (docs/figures.md)."""
