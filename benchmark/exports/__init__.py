"""Writes result tables as CSV, JSON, JSONL, Parquet, Markdown and LaTeX; all formats have the same values."""
