"""Pretrained networks for the automatic metrics.

A module of this package is imported only when its network is used.
"""
