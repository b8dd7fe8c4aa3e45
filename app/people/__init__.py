"""Creates and lists people and their keys, and disables and enables people."""
