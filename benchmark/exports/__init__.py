"""Writes result tables as CSV, JSON, JSONL, Parquet, Markdown and LaTeX, with the same values in each."""
