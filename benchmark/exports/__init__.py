"""Result tables as files: CSV, JSON, JSONL, Parquet, Markdown and LaTeX with the same values in each."""
