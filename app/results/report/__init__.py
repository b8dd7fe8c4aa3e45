"""Writes the report of a study: protocol, votes, tables and figures in one folder."""
