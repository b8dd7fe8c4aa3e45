"""Writes result tables as CSV, JSON, JSONL, Parquet, Markdown and LaTeX, with equal values in each."""
