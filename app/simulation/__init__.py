"""Simulated annotators who take part in a copy of a study through the pages and the REST API."""
