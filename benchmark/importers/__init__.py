"""Reads benchmarks from a folder in the official layout or from a data set on the Hugging Face Hub."""
