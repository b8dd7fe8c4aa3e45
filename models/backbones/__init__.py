"""Pretrained networks for the automatic metrics. Each has a small interface and is imported when used."""
