"""Pretrained networks for the automatic metrics. Each network is imported only when it is used."""
