"""Stores files under content keys: in a folder, or in any S3-compatible bucket."""
