"""Writes result tables as CSV, JSON, JSONL, Parquet, Markdown and LaTeX; all formats contain equal values."""
