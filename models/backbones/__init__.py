"""Pretrained networks for the automatic metrics. A network's module is imported only when it is used."""
