"""Reads benchmarks from a folder in the official layout or from a dataset on the Hugging Face hub."""
