"""Runs work on untrusted media in short-lived, limited child processes."""
